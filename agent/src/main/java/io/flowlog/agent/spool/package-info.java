/**
 * Files that are not stored yet: rows come in as batches, whole files go out.
 *
 * <p>Constraints: a kill at any moment loses no row whose {@link
 * io.flowlog.agent.spool.RowJournal#sync sync} returned, and no file that was sealed; each row is
 * in the sealed files once; memory depends neither on the number of rows nor on that of loggers; a
 * full disk is an error with a name, and the same call works once there is room.
 *
 * <pre>
 * lock                                          claimed by the process that has the spool
 * journal/{sequence}_{start}_{end}.open         a journal being written
 * journal/{sequence}_{start}_{end}.rows         a complete one
 * sealed/{sequence}_{start}_{logger}_{n}.tmp    a file being encoded
 * sealed/{sequence}_{start}_{logger}.tmp        a manifest being written
 * sealed/{sequence}_{start}_{logger}_{n}.data   a sealed file, part n (0: the only one)
 * sealed/{sequence}_{start}_{logger}.files      the manifest of such files
 * </pre>
 *
 * <p>A journal is little-endian: a header (magic {@code FLOWROWS}, version u32, the interval's
 * start and end in nanoseconds i64, sequence u64, CRC-32C of these), then frames {@code [length
 * u32][CRC-32C u32][kind u8][body]}; the length counts kind and body, the checksum covers all but
 * itself. Kinds: PORT (number u32 and what {@link io.flowlog.agent.record.RecordDictionary}
 * encodes), ROWS (count u32 and the bytes of a {@link io.flowlog.agent.record.RecordBatch}), END
 * (rows u64, packets u64, u8 1 if the interval may get more rows in another journal). A {@code
 * .rows} file ends with END.
 *
 * <p>A manifest is text: logger, interval, journal, one line for each file with part, rows, bytes
 * and object key, and a checksum. A key can be longer than a file name may be, hence the separate
 * file; and its rename is the one moment at which all files of a logger and interval begin to
 * count, with keys that are fixed from then on. It outlives its files, so that a further journal of
 * the same interval (after a restart within it) numbers its parts on.
 *
 * <p>Who makes and who deletes: {@link io.flowlog.agent.spool.RowJournal} makes journals, {@link
 * io.flowlog.agent.spool.Spool#retire} deletes them once all loggers are sealed. {@link
 * io.flowlog.agent.spool.Sealer} makes sealed files and manifests; {@link
 * io.flowlog.agent.spool.Spool#release} deletes a file that is stored, {@link
 * io.flowlog.agent.spool.Spool#forgetPartNumbers} the manifest later.
 *
 * <p>What a kill leaves, and what {@link io.flowlog.agent.spool.Spool#open} makes of it:
 *
 * <ul>
 *   <li>in the middle of a frame: an {@code .open} file with a torn tail. It is cut at the last
 *       good frame, ended there and offered like others, marked as cut short: its files are always
 *       parts. Without even a header it is deleted. Both count as torn bytes.
 *   <li>between END and the rename: a whole {@code .open} file. It gets its name.
 *   <li>while encoding: {@code .tmp} files. They are deleted; the journal is still there.
 *   <li>between the rename of a file and that of its manifest: {@code .data} files in no manifest.
 *       Deleted likewise.
 *   <li>after some loggers are sealed: their manifests. Sealing the journal again skips them.
 *   <li>between the store's confirmation and the release: the file is stored again, under the same
 *       key with the same bytes.
 *   <li>a manifest whose file is gone: that file was released.
 * </ul>
 */
@NullMarked
package io.flowlog.agent.spool;

import org.jspecify.annotations.NullMarked;
