package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.store.Destination;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StoreFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks the storage of loggers as the daemon does, which need not run. */
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    description = {
      "Writes an empty object to the storage of each declared logger, or of those that are named,"
          + " and deletes it again. The agent need not run. Exit code 1 if one cannot be written."
    })
final class ProbeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--json", description = "Shows the outcomes as JSON.")
  private boolean json;

  @Parameters(paramLabel = "LOGGER_ID", description = "Which loggers; all if none is named.")
  private List<UUID> ids = new ArrayList<>();

  @Override
  public Integer call() throws CommandFailure {
    AgentConfig agent = options.loadUsable();
    List<FlowLogger> loggers = chosen(loggers(agent));
    StorageProbe probe = new StorageProbe(agent.host());
    List<ProbeOutcome> outcomes = new ArrayList<>();
    try {
      StoreFactory stores = new StoreFactory(agent.store(), System::nanoTime);
      for (FlowLogger logger : loggers) {
        outcomes.add(run(probe, stores, logger));
      }
    } catch (IOException e) {
      throw new CommandFailure("stores cannot be reached: " + e.getMessage());
    }
    show(outcomes);
    return outcomes.stream().allMatch(ProbeOutcome::isGood) ? Main.DONE : Main.FAILED;
  }

  /** A logger with a mistake cannot be probed, which must not look as if all was well. */
  private static List<FlowLogger> loggers(AgentConfig agent) throws CommandFailure {
    Declarations<FlowLogger> declared =
        LoggerFiles.load(
            agent.loggersDir(), LoggerFiles.rules(RowLayout.fieldChoices(), agent.store()));
    if (!declared.problems().isEmpty()) {
      declared.problems().forEach(System.err::println);
      throw new CommandFailure("mend the mistakes in the lines above first");
    }
    return declared.values();
  }

  private List<FlowLogger> chosen(List<FlowLogger> declared) throws CommandFailure {
    if (ids.isEmpty()) {
      return declared;
    }
    List<FlowLogger> chosen = new ArrayList<>();
    for (UUID id : ids) {
      chosen.add(
          declared.stream()
              .filter(logger -> logger.id().equals(id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          "no logger has the id "
                              + id
                              + ": 'flowlog-agent loggers' shows those of the running agent")));
    }
    return chosen;
  }

  private static ProbeOutcome run(StorageProbe probe, StoreFactory stores, FlowLogger logger) {
    try {
      StoreException leftover = probe.run(logger.id(), stores.open(Destination.of(logger)).store());
      return ProbeOutcome.good(logger, leftover);
    } catch (StoreException e) {
      return ProbeOutcome.failed(logger, e);
    }
  }

  private void show(List<ProbeOutcome> outcomes) {
    if (json) {
      System.out.println(ProbeOutcome.json(outcomes));
    } else if (outcomes.isEmpty()) {
      System.err.println("flowlog-agent: " + new LoggerList().emptyWords());
    } else {
      ProbeOutcome.table(outcomes).forEach(System.out::println);
    }
  }
}
