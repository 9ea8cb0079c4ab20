package io.flowlog.agent.store;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.JournalFile;
import io.flowlog.agent.spool.NumberEncoders;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.SealJob;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.SpoolQuota;
import io.flowlog.agent.spool.TestRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/**
 * The program that {@link QuotaKillTest} kills: says of each logger and minute when its rows are
 * safe, and when they are about to be discarded.
 */
final class QuotaKillChild {
  private static final long MINUTE_NS = 60 * TestRows.SECOND_NS;
  private static final int NUMBERS_PER_MINUTE = 100;
  private static final SpoolConfig BOUNDS =
      new SpoolConfig(false, (10 * 32L) << 10, Duration.ofHours(1));
  private static final List<FlowLogger> LOGGERS =
      List.of(TestRows.logger(1, TrafficFilter.ALL), TestRows.logger(2, TrafficFilter.ALL));

  private final Spool spool;
  private final Sealer sealer;

  private QuotaKillChild(Spool spool) {
    this.spool = spool;
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    sealer = new Sealer(spool, new NumberEncoders(), names, 0);
    spool.beginTime(0, 0);
  }

  public static void main(String[] args) throws IOException {
    Spool spool = Spool.open(Path.of(args[0]), BOUNDS, new CounterSet());
    new QuotaKillChild(spool).work(Path.of(args[1]), Long.parseLong(args[2]));
  }

  /** Returns the minute of a row. */
  static long minuteOf(long number) {
    return number / NUMBERS_PER_MINUTE;
  }

  /** Works until it is killed; its store takes some files and not others. */
  private void work(Path out, long firstMinute) throws IOException {
    Random random = new Random(firstMinute);
    DirectoryStore store = new DirectoryStore(out);
    SpoolQuota quota =
        new SpoolQuota(
            spool,
            BOUNDS,
            new CounterSet(),
            discard ->
                System.out.println(
                    "gone " + discard.loggerId() + " " + discard.intervalStartNs() / MINUTE_NS));
    sealAll();
    for (long minute = firstMinute; ; minute++) {
      RowJournal journal = spool.beginSlice(minute * MINUTE_NS, (minute + 1) * MINUTE_NS);
      journal.definePort(0, TestRows.ports(1));
      journal.append(TestRows.batch(minute * NUMBERS_PER_MINUTE, 1 + random.nextInt(20)));
      journal.complete(0);
      for (FlowLogger logger : LOGGERS) {
        System.out.println("kept " + logger.id() + " " + minute);
      }
      sealAll();
      quota.enforce();
      if (random.nextInt(3) == 0) {
        storeSome(store, random);
      }
    }
  }

  private void storeSome(DirectoryStore store, Random random) throws IOException {
    for (SealedFile file : spool.sealed()) {
      if (random.nextInt(4) == 0) {
        store.put(file);
        spool.release(file);
      }
    }
  }

  private void sealAll() throws IOException {
    for (JournalFile journal : spool.journals()) {
      for (FlowLogger logger : LOGGERS) {
        sealer.seal(new SealJob(journal, logger, Coverage.ofEverything(), journal.interval()));
      }
      spool.retire(journal);
    }
  }

  /** Seals and stores all that the last child left. */
  static void storeWhatIsLeft(Path spoolFolder, Path out) throws IOException {
    try (Spool spool = Spool.open(spoolFolder, BOUNDS, new CounterSet())) {
      new QuotaKillChild(spool).sealAll();
      DirectoryStore store = new DirectoryStore(out);
      SpoolDelivery.storeAll(spool, store, new CounterSet());
    }
  }
}
