package io.flowlog.agent.record;

/**
 * The span of time that a record covers.
 *
 * @param endNs the first moment that is no longer in it
 */
public record Interval(long startNs, long endNs) {}
