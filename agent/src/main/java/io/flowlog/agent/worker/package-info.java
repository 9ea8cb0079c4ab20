/**
 * Every thread and every queue between threads, and the wiring of the pipeline.
 *
 * <pre>
 * thread     owns
 * capture    a {@link io.flowlog.agent.worker.Pipeline}: decoder, connection table, record builder
 * spool      a {@link io.flowlog.agent.worker.SpoolWorker}: the spool and its sealer; the uploader
 * control    a {@link io.flowlog.agent.worker.ControlWorker}: what is declared, the capture plan
 * </pre>
 *
 * <p>Rows and plans go from a capture thread to the spool thread through one {@link
 * io.flowlog.agent.worker.SpoolQueue}, in order, so a slice's rows are always between the plan that
 * they were counted under and the next one. A {@link io.flowlog.agent.worker.ReplayPipeline} has
 * the same parts without queues, on the thread of its caller. The threads capture and control come
 * with the daemon; until then tests call these parts in turns.
 */
@NullMarked
package io.flowlog.agent.worker;

import org.jspecify.annotations.NullMarked;
