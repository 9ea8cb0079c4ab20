package io.flowlog.agent.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: finds the command and turns its end into an exit code. */
@Command(
    name = "flowlog-agent",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "VPC-style flow logs from one's own hypervisors into one's own object store.",
    footer = {"", "Exit codes: 0 done, 1 a named failure, 2 wrong use."})
public final class Main implements Runnable {
  /** Done. */
  static final int DONE = 0;

  /** Something failed, and the last line on stderr says what. */
  static final int FAILED = 1;

  /** The command line made no sense. */
  static final int WRONG_USE = 2;

  private static final Map<String, Supplier<Object>> COMMANDS = commands();

  @Spec private @Nullable CommandSpec spec;

  Main() {}

  /** Runs one command. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("replay", ReplayCommand::new);
    commands.put("check-config", CheckConfigCommand::new);
    commands.put("demo", DemoCommand::new);
    return commands;
  }

  /** Describing a command takes longer than a small replay: only the one that is called, if any. */
  private static void addCommands(CommandLine commandLine, String... arguments) {
    Supplier<Object> called = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
    if (called != null) {
      commandLine.addSubcommand(called.get());
    } else {
      COMMANDS.values().forEach(command -> commandLine.addSubcommand(command.get()));
    }
  }

  static int run(String... arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    addCommands(commandLine, arguments);
    commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    commandLine.setExecutionExceptionHandler((failure, command, parsed) -> report(failure));
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
    throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "which command?");
  }
}
