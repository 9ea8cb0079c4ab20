/** A host with virtual machines for tests: network namespaces, and what runs in them. */
@NullMarked
package io.flowlog.agent.host;

import org.jspecify.annotations.NullMarked;
