package io.flowlog.agent.cli;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.replay.CaptureFileSource;
import io.flowlog.agent.capture.replay.ReplayContext;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.worker.ReplayPipeline;
import io.flowlog.agent.worker.ReplayPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns capture files into the files that a logger would have stored. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Turns capture files (pcap, pcapng) into flow-log files, laid out as a logger would store"
          + " them. Time is taken from the packets.",
      "Without --logger: all fields, CSV, one interval for everything."
    })
final class ReplayCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Capture files, in order.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where the flow-log files go.")
  private Path out = Path.of("");

  @Option(names = "--logger", paramLabel = "FILE", description = "A logger, as in loggers.d.")
  private @Nullable Path loggerFile;

  @Option(
      names = "--ports",
      paramLabel = "FILE",
      description = "Logging ports, as in ports.d; without it the capture is one port's.")
  private @Nullable Path portsFile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the configuration, e.g. timestamp_unit=ns.")
  private List<String> sets = new ArrayList<>();

  @Override
  public Integer call() throws CommandFailure, IOException {
    ReplayPlan plan =
        new ReplayPlanner(sets).plan(out, loggerFile, portsFile, ReplaySize.tableBytes(files));
    try (ReplayPipeline pipeline = ReplayPipeline.open(plan)) {
      for (Path file : files) {
        try (CaptureSource source =
            CaptureFileSource.open(file, ReplayContext.withoutPorts(), pipeline.counters())) {
          pipeline.read(source, (packets, records) -> {});
        }
      }
      pipeline.finish((packets, records) -> {});
      System.err.println(pipeline.counters().get(AgentCounter.PACKETS) + " packets");
    }
    return Main.DONE;
  }
}
