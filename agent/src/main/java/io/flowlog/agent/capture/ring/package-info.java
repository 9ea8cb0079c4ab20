/**
 * Frames at virtual machines' interfaces, from one packet ring for each logging port: egress is
 * what comes in at the interface, ingress what the host sends out of it.
 */
@NullMarked
package io.flowlog.agent.capture.ring;

import org.jspecify.annotations.NullMarked;
