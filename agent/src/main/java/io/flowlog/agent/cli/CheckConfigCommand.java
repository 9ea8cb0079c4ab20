package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoadedConfig;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.config.Problem;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RowLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says everything that is wrong with the configuration, the loggers and the ports at once. */
@Command(
    name = "check-config",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the configuration, the loggers and the ports, and reports every mistake at once:",
      "file:line: field: what is wrong: what to do"
    })
final class CheckConfigCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Override
  public Integer call() {
    LoadedConfig loaded = options.load();
    List<Problem> problems = new ArrayList<>(loaded.problems());
    AgentConfig agent = loaded.config();
    if (agent == null) {
      return report(problems, "loggers and ports were not looked at");
    }
    Declarations<FlowLogger> loggers =
        LoggerFiles.load(
            agent.loggersDir(), LoggerFiles.rules(RowLayout.fieldChoices(), agent.store()));
    Declarations<LoggingPort> ports = PortFiles.load(agent.portsDir());
    problems.addAll(loggers.problems());
    problems.addAll(ports.problems());
    return report(
        problems,
        loggers.values().size() + " loggers and " + ports.values().size() + " ports good");
  }

  private int report(List<Problem> problems, String rest) {
    problems.forEach(System.err::println);
    System.err.println(
        problems.isEmpty()
            ? options.file() + ": good; " + rest
            : problems.size() + (problems.size() == 1 ? " problem; " : " problems; ") + rest);
    return problems.isEmpty() ? Main.DONE : Main.FAILED;
  }
}
