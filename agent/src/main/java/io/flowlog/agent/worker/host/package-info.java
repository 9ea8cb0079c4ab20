/**
 * What this host and its kernel can and cannot tell, in words, and whether another agent is here.
 *
 * <p>{@link io.flowlog.agent.worker.host.HostSurvey} gathers {@link
 * io.flowlog.agent.worker.host.HostFact}s, each with what it means for the records and what to do.
 * Nothing on the host is changed by that. {@link io.flowlog.agent.worker.host.HostCheck} is the
 * part without which the agent does not start, and {@link io.flowlog.agent.worker.host.OnlyAgent}
 * keeps a second agent from starting.
 */
@NullMarked
package io.flowlog.agent.worker.host;

import org.jspecify.annotations.NullMarked;
