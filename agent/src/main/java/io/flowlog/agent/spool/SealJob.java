package io.flowlog.agent.spool;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.Interval;

/**
 * One logger's files of one interval, to be made of one journal.
 *
 * @param journal its rows, the span that they tell about, and the number by which the files are
 *     known
 * @param interval the logger's interval, by which the files are named; may end later than the
 *     journal
 */
public record SealJob(
    JournalFile journal, FlowLogger logger, Coverage coverage, Interval interval) {

  /** Tells whether the interval may get more rows, in other files. */
  public boolean early() {
    return journal.endNs() < interval.endNs();
  }
}
