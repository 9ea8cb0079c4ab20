package io.flowlog.agent.spool;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;

/**
 * One logger's files of one interval, to be made of one journal.
 *
 * @param journal its rows, and the interval and number by which the files are known
 * @param early whether the interval may get more rows, in other files
 */
public record SealJob(JournalFile journal, FlowLogger logger, Coverage coverage, boolean early) {}
