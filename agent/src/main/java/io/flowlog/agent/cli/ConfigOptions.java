package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.ConfigLoader;
import io.flowlog.agent.config.LoadedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say with which configuration a command works. */
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = Main.CONFIG_FILE,
      description = "The agent's configuration (default: ${DEFAULT-VALUE}).")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key, as a dotted path.")
  private List<String> sets = new ArrayList<>();

  Path file() {
    return file;
  }

  LoadedConfig load() {
    return ConfigLoader.load(file, sets);
  }

  /** Returns the configuration for a command that does nothing without one. */
  AgentConfig loadUsable() throws CommandFailure {
    LoadedConfig loaded = load();
    AgentConfig agent = loaded.config();
    if (agent == null) {
      loaded.problems().forEach(System.err::println);
      throw new CommandFailure(file + ": cannot be used as it is: see the lines above");
    }
    return agent;
  }
}
