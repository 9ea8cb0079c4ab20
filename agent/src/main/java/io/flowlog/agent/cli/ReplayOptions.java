package io.flowlog.agent.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * What the command line of a replay says.
 *
 * <p>Described in code, not by annotations, whose reading takes longer than a small replay.
 */
record ReplayOptions(
    List<Path> files,
    Path out,
    List<Path> loggerFiles,
    @Nullable Path portsFile,
    @Nullable String filter,
    @Nullable String networkInterface,
    int seconds,
    List<String> sets) {

  private static final int SECONDS = 10;

  /** Adds the options to a command. */
  static void describe(CommandSpec spec) {
    addFiles(spec);
    addText(
        spec,
        "--filter",
        "EXPRESSION",
        "Only packets that match, as tcpdump would choose them: 'tcp port 80'.");
    addText(
        spec,
        "--interface",
        "NAME",
        "Captures on an interface by libpcap instead of reading files.");
    spec.addOption(
        option("--seconds", "N", "How long --interface captures (default: ${DEFAULT-VALUE}).")
            .type(int.class)
            .defaultValue(String.valueOf(SECONDS))
            .build());
    spec.addOption(
        option(
                "--set",
                "KEY=VALUE",
                "Overrides a key of the configuration, e.g. timestamp_unit=ns.")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .build());
  }

  private static void addFiles(CommandSpec spec) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("FILE")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(Path.class)
            .description("Capture files, in order; - is standard input.")
            .build());
    spec.addOption(
        option("--out", "DIR", "Where the flow-log files go.")
            .type(Path.class)
            .required(true)
            .build());
    spec.addOption(
        option("--logger", "FILE", "One logger or a list, as in loggers.d; give it once per file.")
            .type(List.class)
            .auxiliaryTypes(Path.class)
            .build());
    addPath(spec, "--ports", "Logging ports, as in ports.d; without it the capture is one port's.");
  }

  private static void addPath(CommandSpec spec, String name, String description) {
    spec.addOption(option(name, "FILE", description).type(Path.class).build());
  }

  private static void addText(CommandSpec spec, String name, String label, String description) {
    spec.addOption(option(name, label, description).type(String.class).build());
  }

  private static OptionSpec.Builder option(String name, String label, String description) {
    return OptionSpec.builder(name).paramLabel(label).description(description);
  }

  /** Reads the options of a command line that fits the description. */
  static ReplayOptions of(ParseResult parsed) {
    return new ReplayOptions(
        parsed.matchedPositionalValue(0, List.of()),
        parsed.matchedOptionValue("--out", Path.of("")),
        parsed.matchedOptionValue("--logger", List.of()),
        parsed.matchedOptionValue("--ports", null),
        parsed.matchedOptionValue("--filter", null),
        parsed.matchedOptionValue("--interface", null),
        parsed.matchedOptionValue("--seconds", SECONDS),
        parsed.matchedOptionValue("--set", List.of()));
  }
}
