/**
 * Every thread and every queue between threads, and the wiring of the pipeline.
 *
 * <pre>
 * thread      owns
 * capture-0   a {@link io.flowlog.agent.worker.CaptureWorker} with its sources and its {@link
 *             io.flowlog.agent.worker.Pipeline}: decoder, connection table, record builder
 * drops-0     a {@link io.flowlog.agent.capture.drops.DropSource}: a {@link
 *             io.flowlog.agent.worker.DropThread} collects what it tells of dropped packets
 * spool       a {@link io.flowlog.agent.worker.SpoolWorker}: the spool and its sealer; the {@link
 *             io.flowlog.agent.worker.Uploads}: what is stored, and how loggers stand
 * upload-N    nothing: they take tasks from the {@link io.flowlog.agent.worker.UploadBoard} and may
 *             hang for as long as their store does; {@link
 *             io.flowlog.agent.worker.UploadThreads} makes them when there is something to do
 * control     a {@link io.flowlog.agent.worker.ControlWorker}: what is declared, the capture plan;
 *             interfaces, and {@link io.flowlog.agent.worker.Attachments}: which sources are open
 * attach      nothing: up to eight open and close sources while there are some to be
 * supervisor  the {@link io.flowlog.agent.worker.Daemon}, which hears of the threads above by
 *             {@link io.flowlog.agent.worker.Heartbeat}s; it is the thread that called it
 * </pre>
 *
 * <p>Rows and plans go from the capture thread to the spool thread through one {@link
 * io.flowlog.agent.worker.SpoolQueue}, in order, so a slice's rows are always between the plan that
 * they were counted under and the next one. Plans and sources go from the control thread to the
 * capture thread as {@link io.flowlog.agent.worker.CaptureOrder}s through an {@link
 * io.flowlog.agent.worker.OrderSlot}, one at a time; refusals and sources that nobody reads any
 * more come back there. Dropped packets come to the capture thread through a {@link
 * io.flowlog.agent.worker.DropQueue}, whose batches go back empty. Wishes to read the files again
 * come as {@link io.flowlog.agent.worker.ReloadWishes}, a note that a signal or a changed file
 * leaves.
 *
 * <p>Between the spool thread and the upload threads there is the board, with one lock: files are
 * posted there, and what came of them comes back. Only the spool thread releases files.
 *
 * <p>A {@link io.flowlog.agent.worker.ReplayPipeline} has the same parts without queues, on the
 * thread of its caller; tests, too, call these parts in turns.
 */
@NullMarked
package io.flowlog.agent.worker;

import org.jspecify.annotations.NullMarked;
