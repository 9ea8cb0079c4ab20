package io.flowlog.agent.capture.ring;

import io.flowlog.agent.metrics.CounterSet;

/**
 * What the rings of one capture worker have in common.
 *
 * @param counters that worker's
 * @param wirePackets whether a super-packet counts as the packets into which it is cut on the wire
 */
public record RingUse(RingBudget budget, CounterSet counters, boolean wirePackets) {}
