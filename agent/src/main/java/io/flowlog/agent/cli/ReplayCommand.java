package io.flowlog.agent.cli;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Turns capture files, or what an interface shows for a while, into flow-log files. */
final class ReplayCommand implements Callable<Integer> {
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  private ReplayCommand() {}

  /** Describes the command. */
  static CommandSpec describe() {
    CommandSpec spec = new ReplayCommand().spec;
    spec.name("replay").versionProvider(new Version());
    spec.usageMessage()
        .sortOptions(false)
        .description(
            "Turns capture files (pcap, pcapng) into flow-log files, laid out as a logger would"
                + " store them. Time is taken from the packets.",
            "Without --logger: all fields, CSV, one interval for everything. With loggers: the"
                + " files of each, in its own intervals, fields and format; its storage_url is"
                + " not used.",
            "")
        .footer(
            "",
            "For example, two captures of several ports for two loggers:",
            "  flowlog-agent replay a.pcap b.pcap --out logs --ports ports.yaml \\",
            "    --logger csv.yaml --logger parquet.yaml");
    ReplayOptions.describe(spec);
    Main.addHelpOptions(spec);
    return spec;
  }

  @Override
  public Integer call() throws CommandFailure {
    ReplayOptions options = ReplayOptions.of(spec.commandLine().getParseResult());
    checkUse(options);
    checkOut(options.out());
    boolean live = options.networkInterface() != null;
    long tableBytes = ReplaySize.tableBytes(live ? List.of(Path.of("-")) : options.files());
    ReplayPlan plan =
        new ReplayPlanner(options.sets())
            .plan(options.out(), options.loggerFiles(), options.portsFile(), tableBytes);
    try (StopSignal stop = StopSignal.listen()) {
      List<String> problems = replay(options, plan, stop);
      problems.forEach(problem -> System.err.println("flowlog-agent: " + problem));
      return problems.isEmpty() ? Main.DONE : Main.FAILED;
    }
  }

  /** Does the work and returns what went wrong. */
  private static List<String> replay(ReplayOptions options, ReplayPlan plan, StopSignal stop) {
    List<String> problems = new ArrayList<>();
    try (ReplayPipeline pipeline = ReplayPipeline.open(plan)) {
      ReplayRun run = new ReplayRun(pipeline, plan.ports(), options.filter(), stop, problems);
      String networkInterface = options.networkInterface();
      if (networkInterface == null) {
        run.readFiles(options.files());
      } else {
        run.capture(networkInterface, options.seconds());
      }
      run.finish();
      ReplaySummary.print(pipeline.counters(), options.out());
      if (stop.isRaised()) {
        problems.add("asked to stop: what was read until then is written");
      }
      noteFolded(pipeline.counters(), problems);
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      problems.add(String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()));
    }
    return problems;
  }

  private static void noteFolded(CounterSet counters, List<String> problems) {
    if (counters.get(AgentCounter.PACKETS_FOLDED) > 0) {
      problems.add(
          "some packets are only in rows without addresses: the table was full;"
              + " raise flow.table_bytes by --set, or read the files one by one");
    }
  }

  private void checkUse(ReplayOptions options) {
    boolean live = options.networkInterface() != null;
    if (live && !options.files().isEmpty()) {
      throw wrongUse("Give capture files or --interface, not both");
    }
    if (!live && options.files().isEmpty()) {
      throw wrongUse("Which capture files?");
    }
    if (options.out().toString().isEmpty()) {
      throw wrongUse("Which directory is --out?");
    }
    if (options.seconds() < 1) {
      throw wrongUse("--seconds is " + options.seconds() + ": capture for 1 second or more");
    }
  }

  private ParameterException wrongUse(String line) {
    return new ParameterException(spec.commandLine(), line);
  }

  /** The spool would fail there too, but could not say that the option is wrong. */
  private static void checkOut(Path out) throws CommandFailure {
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
