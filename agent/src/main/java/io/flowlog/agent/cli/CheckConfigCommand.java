package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoadedConfig;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.config.Problem;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.port.PortInventory;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.worker.host.HostFact;
import io.flowlog.agent.worker.host.HostSurvey;
import io.flowlog.agent.worker.host.OnlyAgent;
import io.flowlog.agent.worker.host.PortFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

  @Option(
      names = "--host",
      description = {
        "Shows, too, what this host can and cannot tell, what that means for the records, and what"
            + " to do about it. Run it with the agent's rights, e.g. as root."
      })
  private boolean host;

  @Option(names = "--json", description = "With --host: shows that as JSON.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CommandFailure {
    if (json && !host) {
      throw new ParameterException(spec.commandLine(), "--json is for --host");
    }
    LoadedConfig loaded = options.load();
    List<Problem> problems = new ArrayList<>(loaded.problems());
    AgentConfig agent = loaded.config();
    if (agent == null) {
      return report(
          problems, "loggers and ports were not looked at" + (host ? ", nor was the host" : ""));
    }
    Declarations<FlowLogger> loggers =
        LoggerFiles.load(
            agent.loggersDir(), LoggerFiles.rules(RowLayout.fieldChoices(), agent.store()));
    Declarations<LoggingPort> ports = PortFiles.load(agent.portsDir());
    problems.addAll(loggers.problems());
    problems.addAll(ports.problems());
    int code =
        report(
            problems,
            loggers.values().size() + " loggers and " + ports.values().size() + " ports good");
    return host ? Math.max(code, show(agent, loggers.values(), ports.values())) : code;
  }

  private int report(List<Problem> problems, String rest) {
    problems.forEach(System.err::println);
    System.err.println(
        problems.isEmpty()
            ? options.file() + ": good; " + rest
            : problems.size() + (problems.size() == 1 ? " problem; " : " problems; ") + rest);
    return problems.isEmpty() ? Main.DONE : Main.FAILED;
  }

  private int show(AgentConfig agent, List<FlowLogger> loggers, List<LoggingPort> ports)
      throws CommandFailure {
    HostSurvey survey = HostSurvey.before(agent.capture(), agent.flow().tableBytes());
    List<HostFact> facts = new ArrayList<>(survey.facts());
    try (HostInterfaces interfaces = HostInterfaces.open()) {
      PortInventory inventory = PortInventory.of(ports, named(loggers), interfaces.byName());
      facts.addAll(PortFacts.of(inventory, interfaces.byName()));
      OnlyAgent.present().ifPresent(facts::add);
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
    HostReport report = new HostReport(facts);
    if (json) {
      System.out.println(report.json());
    } else {
      report.table().forEach(System.out::println);
    }
    return report.isImpossible() ? Main.FAILED : Main.DONE;
  }

  private static List<String> named(List<FlowLogger> loggers) {
    return loggers.stream()
        .filter(logger -> logger.resourceType() == ResourceType.PORT)
        .map(logger -> logger.resourceId().toString())
        .toList();
  }
}
