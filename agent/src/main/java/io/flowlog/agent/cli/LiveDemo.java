package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.DemoCommand.say;

import io.flowlog.agent.cli.demo.DemoCloud;
import io.flowlog.agent.cli.demo.DemoFolder;
import io.flowlog.agent.cli.demo.DemoNetwork;
import io.flowlog.agent.cli.demo.RecordTable;
import io.flowlog.agent.worker.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The demo of a small host: the agent itself captures what real programs on three virtual machines
 * send. Owned by the thread of its command.
 */
final class LiveDemo {
  private static final int INTERVALS = 3;
  private static final long INTERVAL_MS = TimeUnit.SECONDS.toMillis(DemoCloud.INTERVAL);

  /** The last packet is sent before the last interval ends. */
  private static final long TRAFFIC_MS = INTERVALS * INTERVAL_MS - 300;

  /** How far ahead of its start the client hears of it. */
  private static final long NOTICE_MS = 300;

  private static final int TURN_MS = 50;
  private static final long PATIENCE_MS = 20_000;
  private static final DateTimeFormatter NAMED_TIME =
      DateTimeFormatter.ofPattern("'T'HH:mm:ss'_'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final DemoFolder folder;
  private final DemoNetwork network;
  private final StopSignal stop;
  private final Set<Path> told = new HashSet<>();

  /** Makes a demo in a folder that is prepared, on a host that it removes. */
  LiveDemo(DemoFolder folder, DemoNetwork network, StopSignal stop) {
    this.folder = folder;
    this.network = network;
    this.stop = stop;
  }

  void run() throws IOException, InterruptedException, CommandFailure {
    long startMs;
    try (network;
        DemoProcesses processes = new DemoProcesses(network, folder)) {
      folder.declareForAgent();
      startMs = work(processes);
    } finally {
      folder.removeState();
    }
    say("");
    DemoCommand.showFiles(folder);
    showRecords(fileOf(startMs + INTERVAL_MS));
    explain(DemoCommand.program());
  }

  /** Returns when the traffic began, with the first of the intervals that it filled. */
  private long work(DemoProcesses processes)
      throws IOException, InterruptedException, CommandFailure {
    say("1. Host: a bridge and three virtual machines at it, each a network namespace:");
    say("   web server, database, build host.");
    processes.startMachines(TRAFFIC_MS);
    say("2. Agent: flowlog-agent run --config " + folder.configuration());
    processes.startAgent();
    await(processes, "the agent does not capture", processes::isAgentReady);
    say("   captures at the machines' ports; what it has to say is in " + folder.agentLog());
    say("3. Traffic: the machines talk by TCP, UDP and ICMP, over IPv4 and IPv6, for");
    say("   " + INTERVALS + " intervals of " + DemoCloud.INTERVAL + " seconds; files come:");
    long earliestMs = System.currentTimeMillis() + NOTICE_MS + INTERVAL_MS - 1;
    long startMs = earliestMs - earliestMs % INTERVAL_MS;
    processes.startTraffic(startMs);
    long lastMs = startMs + (INTERVALS - 1) * INTERVAL_MS;
    await(processes, "the last file does not come", () -> tellNewFiles(lastMs));
    processes.stopAgent();
    tellNewFiles(Long.MAX_VALUE);
    return startMs;
  }

  /** Something that is looked at until it is so. */
  @FunctionalInterface
  private interface Condition {
    boolean isMet() throws IOException;
  }

  private void await(DemoProcesses processes, String otherwise, Condition condition)
      throws IOException, InterruptedException, CommandFailure {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (!condition.isMet()) {
      if (stop.isRaised()) {
        throw new CommandFailure("asked to stop: the demo's host is removed");
      }
      processes.check();
      if (System.nanoTime() - endNs > 0) {
        throw processes.failure(otherwise);
      }
      Thread.sleep(TURN_MS);
    }
  }

  /** Tells of files that came since the last look, and whether that of an interval is there. */
  private boolean tellNewFiles(long intervalMs) throws IOException {
    boolean there = false;
    for (Path file : folder.logFiles()) {
      if (told.add(file)) {
        int records = Files.readAllLines(file).size() - 1;
        say(String.format(Locale.ROOT, "   %4d records  %s", records, file.getFileName()));
      }
      there |= isOf(file, intervalMs);
    }
    return there;
  }

  private static boolean isOf(Path file, long intervalMs) {
    String name = NAMED_TIME.format(Instant.ofEpochMilli(intervalMs));
    return file.getFileName().toString().contains(name);
  }

  private Path fileOf(long intervalMs) throws IOException, CommandFailure {
    return folder.logFiles().stream()
        .filter(file -> isOf(file, intervalMs))
        .findFirst()
        .orElseThrow(
            () -> new CommandFailure("an interval has no file: look at " + folder.agentLog()));
  }

  /** One port's: each packet was seen at another one, too. */
  private static void showRecords(Path file) throws IOException {
    RecordTable all = RecordTable.read(file, DemoCloud.ports());
    RecordTable build = all.ofPort("build");
    say("4. Of " + all.size() + " records of the second full interval the build host's:");
    say("");
    DemoCommand.showRecords(build);
  }

  private static void explain(String program) {
    say("The host is removed again. On a host of your own, declare its ports and a logger as the");
    say("demo did in ports.d and loggers.d, then:");
    say("  " + program + " check-config --config FILE");
    say("  " + program + " run --config FILE");
    say("With packets that are the same in every run: " + program + " demo --replay");
  }
}
