package io.flowlog.agent.cli;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Asks the running agent for a list and shows it. */
final class ListCommand implements Callable<Integer> {
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final ShownList list;

  private ListCommand(ShownList list) {
    this.list = list;
  }

  /** Describes the command that shows a list. */
  static CommandSpec describe(ShownList list) {
    CommandSpec spec = new ListCommand(list).spec;
    spec.name(list.command()).versionProvider(new Version());
    spec.usageMessage().sortOptions(false).description(list.description(), "");
    spec.addOption(
        OptionSpec.builder("--json")
            .type(boolean.class)
            .description("Prints what the agent answers, as it is.")
            .build());
    spec.addOption(
        OptionSpec.builder("--config")
            .paramLabel("FILE")
            .type(Path.class)
            .description("The agent's configuration (default: " + Main.CONFIG_FILE + ").")
            .build());
    Main.addHelpOptions(spec);
    return spec;
  }

  @Override
  public Integer call() throws CommandFailure {
    var parsed = spec.commandLine().getParseResult();
    Path socket = socket(parsed.matchedOptionValue("--config", null));
    byte[] answer = new AgentClient(socket).get(list.page());
    if (parsed.matchedOptionValue("--json", false)) {
      System.out.write(answer, 0, answer.length);
      System.out.flush();
    } else {
      show(rows(answer, socket));
    }
    return Main.DONE;
  }

  private List<AnswerRow> rows(byte[] answer, Path socket) throws CommandFailure {
    try {
      return AnswerRow.read(answer, list.member());
    } catch (IOException e) {
      throw new CommandFailure(
          "what the agent at "
              + socket
              + " answers is not the list of "
              + list.command()
              + ": let it be of this version (flowlog-agent --version)");
    }
  }

  private void show(List<AnswerRow> rows) {
    if (rows.isEmpty()) {
      System.err.println("flowlog-agent: " + list.emptyWords());
      return;
    }
    list.table(rows, Instant.now()).forEach(System.out::println);
    list.notes(rows).forEach(note -> System.err.println("flowlog-agent: " + note));
  }

  /** Returns where the agent listens. */
  private static Path socket(@Nullable Path config) throws CommandFailure {
    Path file = config == null ? Path.of(Main.CONFIG_FILE) : config;
    Path socket = (config == null && !Files.exists(file)) ? defaultSocket() : socketOf(file);
    if (socket == null) {
      throw new CommandFailure(
          file + ": api.socket is off: name a path there, and start the agent anew");
    }
    return socket;
  }

  private static @Nullable Path defaultSocket() {
    return ApiConfig.defaults().socket();
  }

  private static @Nullable Path socketOf(Path file) throws CommandFailure {
    AgentConfig config = ConfigLoader.load(file, List.of()).config();
    if (config == null) {
      throw new CommandFailure(
          file
              + " does not say where the agent listens: mend it"
              + " (flowlog-agent check-config --config "
              + file
              + " names its mistakes)");
    }
    return config.api().socket();
  }
}
