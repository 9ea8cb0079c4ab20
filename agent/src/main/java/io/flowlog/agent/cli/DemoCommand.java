package io.flowlog.agent.cli;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.replay.CaptureFileSource;
import io.flowlog.agent.capture.replay.ReplayContext;
import io.flowlog.agent.cli.demo.DemoCloud;
import io.flowlog.agent.cli.demo.DemoFolder;
import io.flowlog.agent.cli.demo.DemoTraffic;
import io.flowlog.agent.cli.demo.FileTree;
import io.flowlog.agent.cli.demo.RecordTable;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.worker.Ports;
import io.flowlog.agent.worker.ReplayPipeline;
import io.flowlog.agent.worker.ReplayPlan;
import io.flowlog.agent.worker.StopSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the main job on made-up traffic: packets of a small cloud in, flow-log files out. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the main job: makes the packets of a small cloud (three virtual machines, eight"
          + " seconds), turns them into flow-log files, and shows what is in them."
    })
final class DemoCommand implements Callable<Integer> {
  private static final long TABLE_BYTES = 4L << 20;
  private static final long HASH_SEED = 1;
  private static final int ROWS_PER_FILE = 20_000;
  private static final long INTERVAL_UNIT_NS = 1_000_000_000L;
  private static final int SHOWN_FILE = 1;
  private static final int SHOWN_RECORDS = 24;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "flowlog-demo",
      description = "Where everything goes (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("");

  @Override
  public Integer call() throws CommandFailure {
    DemoFolder folder = new DemoFolder(out);
    try {
      if (folder.isSomebodysElse()) {
        throw new CommandFailure(
            out + ": is not empty, and no demo made it: name another folder with --out");
      }
      folder.prepare();
      capture(folder);
      replay(folder);
      show(folder);
    } catch (IOException e) {
      throw new CommandFailure(
          out
              + ": the demo cannot work there: "
              + SpoolException.reasonOf(e)
              + ": name another folder with --out");
    }
    return Main.DONE;
  }

  private static void capture(DemoFolder folder) throws IOException {
    int packets = DemoTraffic.writeTo(folder.capture());
    say("1. Packets: a made-up cloud of three machines: web server, database, build host.");
    say("   " + DemoTraffic.SECONDS + " seconds, " + packets + " packets: " + folder.capture());
    say("");
  }

  private static void replay(DemoFolder folder) throws IOException {
    say("2. Flow logs: every packet goes through the agent as if it came from their ports;");
    say("   what each connection did in " + DemoCloud.INTERVAL + " seconds becomes a record.");
    try (StopSignal stop = StopSignal.listen();
        ReplayPipeline pipeline = ReplayPipeline.open(plan(folder.logs()))) {
      CounterSet counters = pipeline.counters();
      try (CaptureSource source =
          CaptureFileSource.open(folder.capture(), ReplayContext.withoutPorts(), counters)) {
        pipeline.read(source, stop::isRaised, (packets, records) -> {});
      }
      pipeline.finish((packets, records) -> {});
      long connections = counters.get(AgentCounter.CONNECTIONS);
      long files = counters.get(AgentCounter.FILES_STORED);
      say(
          ("   " + connections + " connections, ")
              + (counters.get(AgentCounter.ROWS_STORED) + " records, " + files + " files:"));
    }
    say("");
    FileTree.of(folder.path()).forEach(line -> say("   " + line));
    say("");
  }

  private static ReplayPlan plan(Path logs) {
    return new ReplayPlan(
        logs,
        List.of(DemoCloud.logger()),
        Ports.of(DemoCloud.ports()),
        INTERVAL_UNIT_NS,
        TableSize.growing(TABLE_BYTES, HASH_SEED),
        FlowConfig.Timeouts.defaults(),
        new EncoderSettings(TimestampUnit.SECONDS, true, "", "demo"),
        ROWS_PER_FILE,
        ZoneOffset.UTC,
        LoggerConfig.defaults(),
        List.of());
  }

  private static void show(DemoFolder folder) throws IOException {
    Path file = folder.logFiles().get(SHOWN_FILE);
    RecordTable table = RecordTable.read(file, DemoCloud.ports());
    int shown = Math.min(SHOWN_RECORDS, table.size());
    say("3. The first " + shown + " of " + table.size() + " records of the second interval:");
    say("");
    table.lines(SHOWN_RECORDS).forEach(System.out::println);
    System.out.flush();
    say("");
    say("   dir: as the machine at that port sees it. flags: S SYN, A SYN+ACK, F FIN, R RST.");
    say("   The files say more: addresses and ids, set-up time, who began, verdict, status.");
    say("");
    explain(folder, program());
  }

  private static void explain(DemoFolder folder, String program) {
    say("The same with a capture of your own (pcap or pcapng), all fields in one file:");
    say("  " + program + " replay CAPTURE --out DIR");
    say("and with its logger and its ports declared, as here:");
    say("  " + program + " replay " + folder.capture() + " --out DIR \\");
    say("    --logger " + folder.logger() + " --ports " + folder.ports() + " \\");
    say("    --set record.interval_unit=1s --set host=demo");
  }

  /**
   * Returns the program as a shell here would call it: the launcher lies beside the jar's folder.
   */
  private static String program() {
    Path here = Path.of("").toAbsolutePath();
    Path jar = Path.of(System.getProperty("java.class.path"));
    Path launcher = jar.toAbsolutePath().normalize().resolveSibling("../bin/flowlog-agent");
    Path known = launcher.normalize();
    if (!known.toFile().canExecute()) {
      return "flowlog-agent";
    }
    return known.startsWith(here) ? here.relativize(known).toString() : known.toString();
  }

  private static void say(String line) {
    System.err.println(line);
  }
}
