package io.flowlog.agent.flow;

import io.flowlog.agent.metrics.CounterSet;

/** Where a table's rows and numbers go. */
public record CutTarget(CutHandler handler, CounterSet counters) {}
