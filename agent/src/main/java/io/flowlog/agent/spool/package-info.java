/**
 * Files that are not stored yet: rows come in as batches, whole files go out.
 *
 * <p>Constraints: a kill at any moment loses no row whose {@link
 * io.flowlog.agent.spool.RowJournal#sync sync} returned, and no file that was sealed; each row is
 * in the sealed files once; memory depends neither on the number of rows nor on that of loggers; a
 * full disk is an error with a name, and the same call works once there is room; what waits is
 * bounded by bytes and age, and nothing goes before somebody has heard of it.
 *
 * <pre>
 * lock                                          claimed by the process that has the spool
 * remembered-since                              when this folder was made; of the names' maker
 * journal/{sequence}_{start}_{end}.open         the journal of a slice, being written
 * journal/{sequence}_{start}_{end}.rows         a complete one
 * merged/{sequence}_{start}_{end}.rows          the journal of an interval, made of its slices'
 * sealed/{sequence}_{start}_{logger}_{n}.tmp    a file being encoded
 * sealed/{sequence}_{start}_{logger}.tmp        a manifest being written
 * sealed/{sequence}_{start}_{logger}_{n}.data   a sealed file, part n (0: the only one)
 * sealed/{sequence}_{start}_{logger}.files      the manifest of such files
 * </pre>
 *
 * <p>A <em>slice</em> is the span between two cuts of the connection table: everything that was
 * declared is the same all through it, and no interval of any logger begins or ends in it. A
 * logger's interval is one slice or several, and a slice is of intervals of several loggers. {@link
 * io.flowlog.agent.spool.IntervalSealer} waits for an interval's last slice, merges the slices if
 * there are several, and has the files made. Loggers that want the same rows share a merged
 * journal. A slice is there until every logger in its plan has its files.
 *
 * <p>A journal is little-endian: a header (magic {@code FLOWROWS}, version u32, the span's start
 * and end in nanoseconds i64, sequence u64, CRC-32C of these), then frames {@code [length
 * u32][CRC-32C u32][kind u8][body]}; the length counts kind and body, the checksum covers all but
 * itself. Kinds:
 *
 * <ul>
 *   <li>PLAN: the {@link io.flowlog.agent.record.SlicePlan} of the slice, so that sealing needs no
 *       configuration, which may be another one by then. The first frame, if it is there.
 *   <li>PORT: number u32 and the logging port that rows mean by it.
 *   <li>DROP_POINT: a name in UTF-8; the first one is what rows mean by 1, and so on.
 *   <li>ROWS: count u32 and the bytes of a {@link io.flowlog.agent.record.RecordBatch}. What the
 *       rows mean by number comes before them.
 *   <li>END: rows u64, packets u64. A {@code .rows} file ends with it.
 * </ul>
 *
 * <p>A manifest is text: logger, interval, journal, one line for each file with part, rows, bytes
 * and object key, and a checksum. A key can be longer than a file name may be, hence the separate
 * file; and its rename is the one moment at which all files of a logger and interval begin to
 * count, with keys that are fixed from then on. Its journal is the last slice whose rows are in the
 * files: the logger needs no slice up to that one any more. It outlives its files by two days, so
 * that further files of the same interval (after a change of the logger within it) number their
 * parts on; since when it has none is its own time of change. A file is a part when it is sealed
 * before its interval's end, when the interval has others, or when its rows are too many for one.
 *
 * <p>Who makes and who deletes: {@link io.flowlog.agent.spool.RowJournal} makes journals, {@link
 * io.flowlog.agent.spool.Spool#retire} deletes them once all loggers are sealed. {@link
 * io.flowlog.agent.spool.Sealer} makes sealed files and manifests; {@link
 * io.flowlog.agent.spool.Spool#release} deletes a file that is stored, {@link
 * io.flowlog.agent.spool.Spool#forgetPartNumbers} the manifest later. {@link
 * io.flowlog.agent.spool.SpoolQuota} deletes files that nobody has {@link
 * io.flowlog.agent.spool.Spool#take taken} for storing and that are too many or too old, and slices
 * where these alone are too many.
 *
 * <p>What a kill leaves, and what {@link io.flowlog.agent.spool.Spool#open} makes of it:
 *
 * <ul>
 *   <li>in the middle of a frame: an {@code .open} file with a torn tail. It is cut at the last
 *       good frame, ended there and offered like others. Without even a header it is deleted. Both
 *       count as torn bytes.
 *   <li>between END and the rename: a whole {@code .open} file. It gets its name.
 *   <li>while merging, or before the merged journal is deleted: files in {@code merged}, all of
 *       which are deleted; the slices are still there.
 *   <li>while encoding: {@code .tmp} files. They are deleted; the slices are still there.
 *   <li>between the rename of a file and that of its manifest: {@code .data} files in no manifest.
 *       Deleted likewise.
 *   <li>after some loggers are sealed: their manifests, and slices that the other loggers need.
 *       Sealing goes on with those.
 *   <li>after all loggers are sealed: slices that nobody needs. They are deleted.
 *   <li>between the store's confirmation and the release: the file is stored again, under the same
 *       key with the same bytes.
 *   <li>between the word that a file is discarded and its deletion: the file waits on.
 *   <li>a manifest whose file is gone: that file was released or discarded.
 * </ul>
 *
 * <p>A slice that the disk damaged is cut at its last good frame like a torn one, the rest counts
 * as torn bytes, and files are made of what is left. One whose plan is gone has nothing left.
 */
@NullMarked
package io.flowlog.agent.spool;

import org.jspecify.annotations.NullMarked;
