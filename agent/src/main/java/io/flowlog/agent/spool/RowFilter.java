package io.flowlog.agent.spool;

import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.record.FlowRecord;

/** Tells which rows of an interval go into a logger's files. */
@FunctionalInterface
public interface RowFilter {
  /** Tells whether the logger wants this row; must not keep it. */
  boolean wants(FlowRecord row);

  /** Returns the filter for the verdicts that a logger collects. */
  static RowFilter of(TrafficFilter filter) {
    return switch (filter) {
      case ALL -> row -> true;
      case ACCEPT -> row -> row.verdict() == FlowRecord.ACCEPT;
      case DROP -> row -> row.verdict() == FlowRecord.DROP;
    };
  }
}
