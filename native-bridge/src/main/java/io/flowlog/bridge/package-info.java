/**
 * libc and the kernel for the agent: memory, later sockets, netlink and rings. Knows nothing of
 * flows.
 */
@NullMarked
package io.flowlog.bridge;

import org.jspecify.annotations.NullMarked;
