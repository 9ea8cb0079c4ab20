/**
 * What conntrack knows and a tap cannot: the addresses of packets on the other side of this host's
 * address translation, and who opened connections that are older than the agent.
 *
 * <p>{@link io.flowlog.agent.capture.conntrack.KernelConnections} asks the kernel and listens to
 * it; {@link io.flowlog.agent.capture.conntrack.TranslationTable} is what a capture worker keeps of
 * that.
 */
@NullMarked
package io.flowlog.agent.capture.conntrack;

import org.jspecify.annotations.NullMarked;
