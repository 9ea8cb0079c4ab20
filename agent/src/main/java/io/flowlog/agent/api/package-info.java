/**
 * What the agent serves over HTTP, by netty: {@code /metrics} and {@code /health} on a TCP port,
 * and these, its loggers and its logging ports on a unix socket.
 *
 * <p>One thread of netty's serves all connections of a listener. It only reads snapshots, and a
 * client costs it at most what {@link io.flowlog.agent.api.ClientLimits} says.
 */
@NullMarked
package io.flowlog.agent.api;

import org.jspecify.annotations.NullMarked;
