package io.flowlog.agent.flow;

/**
 * One folded row: packets of one logging port that found the table full.
 *
 * @param direction the ordinal of the {@code capture.Direction}
 * @param destinationPort the destination port, or -1 when the row stands for many
 * @param dropPoint the number of the last drop reason, 0 of packets that were not dropped
 */
public record OverflowView(
    int portIndex,
    int direction,
    int protocol,
    int destinationPort,
    long firstNs,
    long lastNs,
    long packets,
    long bytes,
    int dropPoint) {}
