package io.flowlog.agent.worker;

import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.spool.ObjectNames;

/**
 * What a pipeline is told when it is made, and does not change.
 *
 * @param intervalUnitNs the length of one unit of the loggers' intervals; 0 for one interval that
 *     takes everything
 * @param rowsPerFile after how many rows a file goes on in another part; 0 for never
 * @param singlePort whether all frames are one port's whatever they say
 * @param dropEvidence whether the host tells what it drops
 */
record PipelineSettings(
    long intervalUnitNs,
    TableSize tableSize,
    FlowConfig.Timeouts timeouts,
    EncoderSettings encoding,
    int rowsPerFile,
    ObjectNames names,
    ExcludedNetworks excluded,
    boolean singlePort,
    boolean dropEvidence) {}
