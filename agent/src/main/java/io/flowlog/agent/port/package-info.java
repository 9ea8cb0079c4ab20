/** Which virtual interfaces exist on this host and whose they are. */
@NullMarked
package io.flowlog.agent.port;

import org.jspecify.annotations.NullMarked;
