package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.DemoCommand.say;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.replay.CaptureFileSource;
import io.flowlog.agent.capture.replay.ReplayContext;
import io.flowlog.agent.cli.demo.DemoCloud;
import io.flowlog.agent.cli.demo.DemoFolder;
import io.flowlog.agent.cli.demo.DemoTraffic;
import io.flowlog.agent.cli.demo.RecordTable;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.worker.Ports;
import io.flowlog.agent.worker.ReplayPipeline;
import io.flowlog.agent.worker.ReplayPlan;
import io.flowlog.agent.worker.StopSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;

/** The demo that works anywhere: packets made by itself, replayed. */
final class ReplayDemo {
  private static final long TABLE_BYTES = 4L << 20;
  private static final long HASH_SEED = 1;
  private static final int ROWS_PER_FILE = 20_000;
  private static final long INTERVAL_UNIT_NS = 1_000_000_000L;
  private static final int SHOWN_FILE = 1;

  private final DemoFolder folder;
  private final StopSignal stop;

  /** Makes a demo in a folder that is prepared. */
  ReplayDemo(DemoFolder folder, StopSignal stop) {
    this.folder = folder;
    this.stop = stop;
  }

  void run() throws IOException, CommandFailure {
    folder.declareForReplay();
    capture();
    replay();
    if (stop.isRaised()) {
      throw new CommandFailure("asked to stop: what was read until then is in " + folder.logs());
    }
    DemoCommand.showFiles(folder);
    showRecords();
    explain(DemoCommand.program());
  }

  private void capture() throws IOException {
    int packets = DemoTraffic.writeTo(folder.capture());
    say("1. Packets: a made-up cloud of three machines: web server, database, build host.");
    say("   " + DemoTraffic.SECONDS + " seconds, " + packets + " packets: " + folder.capture());
    say("");
  }

  private void replay() throws IOException {
    say("2. Flow logs: every packet goes through the agent as if it came from their ports;");
    say("   what each connection did in " + DemoCloud.INTERVAL + " seconds becomes a record.");
    try (ReplayPipeline pipeline = ReplayPipeline.open(plan(folder.logs()))) {
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

  private void showRecords() throws IOException {
    RecordTable table = RecordTable.read(folder.logFiles().get(SHOWN_FILE), DemoCloud.ports());
    int shown = Math.min(DemoCommand.SHOWN_RECORDS, table.size());
    say("3. The first " + shown + " of " + table.size() + " records of the second interval:");
    say("");
    DemoCommand.showRecords(table);
  }

  private void explain(String program) {
    say("The same with a capture of your own (pcap or pcapng), all fields in one file:");
    say("  " + program + " replay CAPTURE --out DIR");
    say("and with its logger and its ports declared, as here:");
    say("  " + program + " replay " + folder.capture() + " --out DIR \\");
    say("    --logger " + folder.logger() + " --ports " + folder.ports() + " \\");
    say("    --set record.interval_unit=1s --set host=demo");
  }
}
