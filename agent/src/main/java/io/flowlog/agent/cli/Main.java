package io.flowlog.agent.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The program: finds the command and turns its end into an exit code. */
public final class Main implements Runnable, IExecutionExceptionHandler {
  /** Done. */
  static final int DONE = 0;

  /** Something failed, and the last line on stderr says what. */
  static final int FAILED = 1;

  /** The command line made no sense. */
  static final int WRONG_USE = 2;

  /** Where the agent's configuration is unless the command line says otherwise. */
  static final String CONFIG_FILE = "/etc/flowlog-agent/flowlog-agent.yaml";

  private static final List<String> COMMANDS =
      List.of("run", "replay", "check-config", "probe", "demo", "ports", "loggers");

  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  private Main() {}

  /** Runs one command. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Described in code, not by annotations, whose reading takes longer than a small replay. */
  private CommandSpec describe() {
    spec.name("flowlog-agent").versionProvider(new Version());
    spec.usageMessage()
        .description("VPC-style flow logs from one's own hypervisors into one's own object store.")
        .footer("", "Exit codes: 0 done, 1 a named failure, 2 wrong use.");
    addHelpOptions(spec);
    return spec;
  }

  /** Adds the options that every command has. */
  static void addHelpOptions(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help message and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print version information and exit.")
            .build());
  }

  private static Object command(String name) {
    return switch (name) {
      case "run" -> new RunCommand();
      case "replay" -> ReplayCommand.describe();
      case "check-config" -> new CheckConfigCommand();
      case "probe" -> new ProbeCommand();
      case "demo" -> new DemoCommand();
      case "ports" -> ListCommand.describe(new PortList());
      case "loggers" -> ListCommand.describe(new LoggerList());
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** Describing a command takes longer than a small replay: only the one that is called, if any. */
  private static void addCommands(CommandLine commandLine, String... arguments) {
    boolean known = arguments.length > 0 && COMMANDS.contains(arguments[0]);
    for (String name : known ? List.of(arguments[0]) : COMMANDS) {
      commandLine.addSubcommand(command(name));
    }
  }

  static int run(String... arguments) {
    Main main = new Main();
    CommandLine commandLine = new CommandLine(main.describe());
    addCommands(commandLine, arguments);
    commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    commandLine.setExecutionExceptionHandler(main);
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      System.err.println(
          "flowlog-agent: out of memory ("
              + e.getMessage()
              + "): lower flow.table_bytes by --set, or work on a larger machine");
      return FAILED;
    }
  }

  /** A class, as the start-up archive does not take a lambda of this type, which is old. */
  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parsed) {
    return report(failure);
  }

  /** An operating error is one line; only a mistake of ours shows where it happened. */
  static int report(Exception failure) {
    if (failure instanceof CommandFailure) {
      System.err.println("flowlog-agent: " + failure.getMessage());
    } else if (failure instanceof UncheckedIOException unchecked) {
      System.err.println(
          "flowlog-agent: " + Objects.requireNonNull(unchecked.getCause()).getMessage());
    } else {
      failure.printStackTrace();
      System.err.println(
          "flowlog-agent: a mistake in the program, not in what it was given:"
              + " report it with the lines above");
    }
    return FAILED;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
