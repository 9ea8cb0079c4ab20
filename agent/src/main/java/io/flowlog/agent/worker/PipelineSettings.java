package io.flowlog.agent.worker;

import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;

/**
 * What a pipeline is told when it is made, and does not change.
 *
 * @param intervalUnitNs the length of one unit of the loggers' intervals; 0 for one interval that
 *     takes everything
 * @param ownership how it is known whose a frame is
 * @param dropEvidence whether the host tells what it drops
 */
record PipelineSettings(
    long intervalUnitNs,
    TableSize tableSize,
    FlowConfig.Timeouts timeouts,
    ExcludedNetworks excluded,
    Ownership ownership,
    boolean dropEvidence) {}
