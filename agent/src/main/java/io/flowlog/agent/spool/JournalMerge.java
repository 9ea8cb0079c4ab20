package io.flowlog.agent.spool;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.MergeView;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SliceMerger;
import io.flowlog.agent.record.SlicePlan;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one journal of an interval from those of its slices. Owned by the call that merges.
 *
 * <p>Memory is bounded, not time: slices that are larger than the memory are read several times.
 */
final class JournalMerge {
  /** Rows in memory at a time; with its index and while it grows, a merger takes thrice as much. */
  private static final long ROWS_BYTES_MAX = 32 << 20;

  private final List<JournalFile> slices;
  private final SliceMerger merger;
  private final List<SliceMerger.Renumbering> numbers = new ArrayList<>();
  private final RecordBatch out = new RecordBatch();
  private final FlowRecord row = new FlowRecord();
  private final long rowBytesMax;
  private boolean dropEvidence = true;
  private final UrgentWork urgent;
  private long rowBytes;
  private long packets;

  private JournalMerge(
      List<JournalFile> slices, SliceMerger merger, long rowBytesMax, UrgentWork urgent) {
    this.slices = slices;
    this.merger = merger;
    this.rowBytesMax = rowBytesMax;
    this.urgent = urgent;
  }

  /** Merges slices, which are in the order of time, into a new journal of a folder. */
  static JournalFile merge(
      List<JournalFile> slices, MergeView view, JournalFolder folder, UrgentWork urgent)
      throws SpoolException {
    return merge(slices, view, folder, urgent, ROWS_BYTES_MAX);
  }

  static JournalFile merge(
      List<JournalFile> slices,
      MergeView view,
      JournalFolder folder,
      UrgentWork urgent,
      long rowBytesMax)
      throws SpoolException {
    SliceMerger merger = new SliceMerger(view, System.nanoTime());
    JournalMerge merge = new JournalMerge(slices, merger, rowBytesMax, urgent);
    merge.survey();
    RowJournal target = folder.begin(0, view.interval().startNs(), view.interval().endNs());
    try {
      return merge.writeTo(target);
    } catch (SpoolException e) {
      target.abandon(e);
      throw e;
    }
  }

  /** Finds out what the slices refer to, and how large they are. */
  private void survey() throws SpoolException {
    for (JournalFile slice : slices) {
      try (JournalReader reader = JournalReader.open(slice.path())) {
        RecordBatch batch = reader.next();
        while (batch != null) {
          rowBytes += batch.usedBytes();
          urgent.doAll();
          batch = reader.next();
        }
        reader.expectWhole();
        dropEvidence &= reader.plan().dropEvidence();
        numbers.add(merger.enter(reader.dictionary()));
      }
    }
  }

  private JournalFile writeTo(RowJournal target) throws SpoolException {
    target.declare(new SlicePlan(0, dropEvidence, List.of()));
    for (int portIndex = 0; portIndex < merger.dictionary().size(); portIndex++) {
      target.definePort(portIndex, merger.dictionary());
    }
    target.defineDropPoints(merger.dictionary());
    int rounds = (int) Math.max(1, (rowBytes + rowBytesMax - 1) / rowBytesMax);
    for (int round = 0; round < rounds; round++) {
      merger.begin(round, rounds);
      for (int slice = 0; slice < slices.size(); slice++) {
        read(slice);
      }
      write(target);
    }
    return target.complete(packets);
  }

  private void read(int slice) throws SpoolException {
    try (JournalReader reader = JournalReader.open(slices.get(slice).path())) {
      merger.startSlice(reader.startNs());
      RecordBatch batch = reader.next();
      while (batch != null) {
        merger.add(batch, numbers.get(slice));
        urgent.doAll();
        batch = reader.next();
      }
      reader.expectWhole();
    }
  }

  private void write(RowJournal target) throws SpoolException {
    try {
      merger.drain((data, offset, length) -> append(target, data, offset, length));
      flush(target);
    } catch (UncheckedIOException e) {
      throw (SpoolException) e.getCause();
    }
  }

  private void append(RowJournal target, byte[] data, int offset, int length) {
    try {
      if (!out.hasRoom()) {
        flush(target);
      }
    } catch (SpoolException e) {
      throw new UncheckedIOException(e);
    }
    packets += row.at(data, offset).packets();
    System.arraycopy(data, offset, out.data(), out.usedBytes(), length);
    out.append(length);
  }

  private void flush(RowJournal target) throws SpoolException {
    target.append(out);
    out.clear();
    urgent.doAll();
  }
}
