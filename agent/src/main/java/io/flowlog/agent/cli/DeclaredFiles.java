package io.flowlog.agent.cli;

import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.config.Problem;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.worker.Declared;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the files of two folders declare, loggers in the one and logging ports in the other. Owned
 * by the thread that reads them.
 */
public final class DeclaredFiles implements Declared.Source {
  private final LoggerFiles loggers;
  private final PortFiles ports;

  /** Names the folders, which are looked into at each reading. */
  public DeclaredFiles(Path loggersFolder, Path portsFolder, LoggerRules rules) {
    loggers = new LoggerFiles(List.of(loggersFolder), rules);
    ports = new PortFiles(portsFolder);
  }

  @Override
  public Declared read() {
    Declarations<FlowLogger> declared = loggers.read();
    Declarations<LoggingPort> present = ports.read();
    List<String> problems =
        Stream.of(declared.problems(), present.problems())
            .flatMap(List::stream)
            .map(Problem::toString)
            .toList();
    return new Declared(declared.values(), present.values(), problems);
  }
}
