package io.flowlog.agent.cli;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.worker.ReplayPipeline;
import io.flowlog.agent.worker.ReplayPlan;
import io.flowlog.agent.worker.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns capture files, or what an interface shows for a while, into flow-log files. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Turns capture files (pcap, pcapng) into flow-log files, laid out as a logger would store"
          + " them. Time is taken from the packets.",
      "Without --logger: all fields, CSV, one interval for everything.",
      ""
    })
final class ReplayCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "Capture files, in order; - is standard input.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where the flow-log files go.")
  private Path out = Path.of("");

  @Option(
      names = "--logger",
      paramLabel = "FILE",
      description = "Loggers, as in loggers.d; may be given several times.")
  private List<Path> loggerFiles = new ArrayList<>();

  @Option(
      names = "--ports",
      paramLabel = "FILE",
      description = "Logging ports, as in ports.d; without it the capture is one port's.")
  private @Nullable Path portsFile;

  @Option(
      names = "--filter",
      paramLabel = "EXPRESSION",
      description = "Only packets that match, as tcpdump would choose them: 'tcp port 80'.")
  private @Nullable String filter;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      description = "Captures on an interface by libpcap instead of reading files.")
  private @Nullable String networkInterface;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long --interface captures (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the configuration, e.g. timestamp_unit=ns.")
  private List<String> sets = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    checkUse();
    checkOut();
    long tableBytes =
        ReplaySize.tableBytes(networkInterface == null ? files : List.of(Path.of("-")));
    ReplayPlan plan = new ReplayPlanner(sets).plan(out, loggerFiles, portsFile, tableBytes);
    try (StopSignal stop = StopSignal.listen()) {
      List<String> problems = replay(plan, stop);
      problems.forEach(problem -> System.err.println("flowlog-agent: " + problem));
      return problems.isEmpty() ? Main.DONE : Main.FAILED;
    }
  }

  /** Does the work and returns what went wrong. */
  private List<String> replay(ReplayPlan plan, StopSignal stop) {
    List<String> problems = new ArrayList<>();
    try (ReplayPipeline pipeline = ReplayPipeline.open(plan)) {
      ReplayRun run = new ReplayRun(pipeline, plan.ports(), filter, stop, problems);
      if (networkInterface == null) {
        run.readFiles(files);
      } else {
        run.capture(networkInterface, seconds);
      }
      run.finish();
      ReplaySummary.print(pipeline.counters(), out);
      if (stop.isRaised()) {
        problems.add("asked to stop: what was read until then is written");
      }
      if (pipeline.counters().get(AgentCounter.PACKETS_FOLDED) > 0) {
        problems.add(
            "some packets are only in rows without addresses: the table was full;"
                + " raise flow.table_bytes by --set, or read the files one by one");
      }
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      problems.add(String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()));
    }
    return problems;
  }

  private void checkUse() {
    if (networkInterface != null && !files.isEmpty()) {
      throw wrongUse("Give capture files or --interface, not both");
    }
    if (networkInterface == null && files.isEmpty()) {
      throw wrongUse("Which capture files?");
    }
    if (out.toString().isEmpty()) {
      throw wrongUse("Which directory is --out?");
    }
    if (seconds < 1) {
      throw wrongUse("--seconds is " + seconds + ": capture for 1 second or more");
    }
  }

  private ParameterException wrongUse(String line) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), line);
  }

  /** The spool would fail there too, but could not say that the option is wrong. */
  private void checkOut() throws CommandFailure {
    Path nearest = out.toAbsolutePath().normalize();
    while (nearest.getParent() != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    if (!Files.isDirectory(nearest)) {
      throw new CommandFailure(
          "--out " + out + ": " + nearest + " is not a directory: name another one");
    }
  }
}
