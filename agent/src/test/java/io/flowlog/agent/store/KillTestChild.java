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
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.TestRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/** The program that {@link KillTest} kills: prints the number of each row that is safe. */
final class KillTestChild {
  private static final List<FlowLogger> LOGGERS =
      List.of(TestRows.logger(1, TrafficFilter.ACCEPT), TestRows.logger(2, TrafficFilter.DROP));

  private final Spool spool;
  private final Sealer sealer;
  private final DirectoryStore store;
  private final CounterSet counters = new CounterSet();

  KillTestChild(Spool spool, Path out) {
    this.spool = spool;
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    sealer = new Sealer(spool, new NumberEncoders(), names, 20);
    store = new DirectoryStore(out);
  }

  public static void main(String[] args) throws IOException {
    Spool spool = Spool.open(Path.of(args[0]), SpoolConfig.defaults(), new CounterSet());
    new KillTestChild(spool, Path.of(args[1])).work(Long.parseLong(args[2]));
  }

  /** Works until it is killed. All children use the same few intervals. */
  private void work(long firstNumber) throws IOException {
    finishEverything();
    Random random = new Random(firstNumber);
    long number = firstNumber;
    for (long minute = 0; ; minute++) {
      long start = minute / 2 % 3 * 60 * TestRows.SECOND_NS;
      RowJournal journal = spool.beginSlice(start, start + 60 * TestRows.SECOND_NS);
      journal.definePort(0, TestRows.ports(1));
      for (int i = random.nextInt(12); i >= 0; i--) {
        int rows = 1 + random.nextInt(20);
        journal.append(TestRows.batch(number, rows));
        number += rows;
        if (random.nextBoolean()) {
          journal.sync();
          System.out.println(number - 1);
        }
      }
      journal.complete(0);
      System.out.println(number - 1);
      finishEverything();
    }
  }

  /** Seals and stores all that is complete. */
  void finishEverything() throws IOException {
    for (JournalFile journal : spool.journals()) {
      for (FlowLogger logger : LOGGERS) {
        sealer.seal(new SealJob(journal, logger, Coverage.ofEverything(), journal.interval()));
        SpoolDelivery.storeAll(spool, store, counters);
      }
      spool.retire(journal);
    }
    SpoolDelivery.storeAll(spool, store, counters);
  }
}
