/** Tests of the running daemon: a host with virtual machines, real traffic, and what is told. */
@NullMarked
package io.flowlog.agent.live;

import org.jspecify.annotations.NullMarked;
