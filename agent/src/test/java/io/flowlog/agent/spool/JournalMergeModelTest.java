package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.MergeView;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal of an interval beside a naive map of the rows of its slices. */
class JournalMergeModelTest {
  private static final long ONE_ROUND = 1 << 30;
  private static final long MANY_ROUNDS = 20_000;

  @TempDir Path folder;
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(folder, new SpoolConfig(false), new CounterSet());
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {ONE_ROUND, MANY_ROUNDS})
  void shouldAddUpSlicesLikeANaiveMap(long rowBytesMax) throws IOException {
    for (long seed = 1; seed <= 12; seed++) {
      Random random = new Random(seed);
      RandomSlices made = new RandomSlices(random);
      List<JournalFile> slices = new ArrayList<>();
      for (int slice = random.nextInt(5); slice >= 0; slice--) {
        slices.add(made.write(spool));
      }
      for (int audience : List.of(FlowRecord.FOR_ALL_TRAFFIC, FlowRecord.FOR_SETUP_ONLY)) {
        for (boolean splitIcmp : List.of(true, false)) {
          for (boolean showTranslations : List.of(true, false)) {
            MergeView view = new MergeView(made.interval(), splitIcmp, showTranslations, audience);
            assertMerged(made.mergedRows(view), slices, view, rowBytesMax);
          }
        }
      }
    }
  }

  private void assertMerged(
      Map<String, String> expected, List<JournalFile> slices, MergeView view, long rowBytesMax)
      throws IOException {
    JournalFile merged =
        JournalMerge.merge(slices, view, spool.mergedFolder(), UrgentWork.NONE, rowBytesMax);
    assertEquals(view.interval(), merged.interval());
    Map<String, String> found = new HashMap<>();
    long packets = 0;
    try (JournalReader reader = JournalReader.open(merged.path())) {
      FlowRecord row = new FlowRecord();
      for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
        for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
          row.at(batch.data(), at);
          packets += row.packets();
          if (!RandomSlices.isOnlyState(row)) {
            String key = RandomSlices.keyOf(row, reader.dictionary());
            assertNull(found.put(key, RandomSlices.valueOf(row, reader.dictionary())), key);
          }
        }
      }
      reader.expectWhole();
      assertEquals(packets, reader.packets());
    }
    assertEquals(expected, found);
    spool.mergedFolder().delete(merged);
  }

  @Test
  void shouldHoldOnlyAShareOfLargeSlicesInMemoryAtATime() throws IOException {
    int rows = 20_000;
    JournalFile slice = distinctRows(rows);
    MergeView view = new MergeView(new Interval(0, 60), true, true, FlowRecord.FOR_ALL_TRAFFIC);
    long bytes = (long) rows * FlowRecord.bytesOf(4);
    for (int rounds : new int[] {1, 2, 7, 50}) {
      JournalFile merged =
          JournalMerge.merge(
              List.of(slice),
              view,
              spool.mergedFolder(),
              UrgentWork.NONE,
              (bytes + rounds - 1) / rounds);
      int[] shares = shares(merged);
      assertEquals(rounds, shares.length, "each round writes its rows in the order of the slice");
      for (int share : shares) {
        assertTrue(share < 2 * rows / rounds, "shares are alike: " + share);
      }
      spool.mergedFolder().delete(merged);
    }
  }

  private JournalFile distinctRows(int rows) throws IOException {
    RowJournal journal = spool.beginSlice(0, 60);
    journal.declare(new SlicePlan(60, true, List.of()));
    journal.definePort(0, TestRows.ports(1));
    RecordBatch batch = new RecordBatch((rows + 1) * FlowRecord.bytesOf(4));
    for (int i = 0; i < rows; i++) {
      new FlowRecord()
          .at(batch.data(), batch.usedBytes())
          .kind(4, 0, FlowRecord.ACCEPT, FlowRecord.OK)
          .addresses4(i, 7)
          .counts(1, 1)
          .audience(FlowRecord.FOR_EVERYBODY)
          .expiresNs(FlowRecord.NEVER);
      batch.append(FlowRecord.bytesOf(4));
    }
    journal.append(batch);
    return journal.complete(rows);
  }

  /** Returns the lengths of the runs in which rows come in the order that they had. */
  private static int[] shares(JournalFile merged) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    int last = Integer.MAX_VALUE;
    try (JournalReader reader = JournalReader.open(merged.path())) {
      FlowRecord row = new FlowRecord();
      for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
        for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
          int number = row.at(batch.data(), at).source4();
          if (number < last) {
            lengths.add(1);
          } else {
            int current = lengths.size() - 1;
            lengths.set(current, lengths.get(current) + 1);
          }
          last = number;
        }
      }
    }
    return lengths.stream().mapToInt(Integer::intValue).toArray();
  }
}
