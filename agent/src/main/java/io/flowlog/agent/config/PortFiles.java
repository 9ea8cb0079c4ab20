package io.flowlog.agent.config;

import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.port.PortRules;
import java.nio.file.Path;
import java.util.List;

/** The files in which an operator declares logging ports. Owned by who reads them. */
public final class PortFiles {
  private final Path path;
  private final DeclarationLoader.LastGood<LoggingPort> lastGood =
      new DeclarationLoader.LastGood<>();

  /** Names a file, or a directory of files. */
  public PortFiles(Path path) {
    this.path = path;
  }

  /** Loads one file, or the files of a directory. */
  public static Declarations<LoggingPort> load(Path path) {
    return new PortFiles(path).read();
  }

  /** Reads the files. One that was good when it was last read, and is not now, counts as then. */
  public Declarations<LoggingPort> read() {
    DeclarationLoader<LoggingPort> loader =
        new DeclarationLoader<>((tree, fileName, index) -> PortRules.check(tree), null, lastGood);
    loader.load(List.of(path));
    loader.refuseDuplicates("port_id", LoggingPort::portId);
    loader.refuseDuplicates("device", LoggingPort::device);
    return loader.result();
  }
}
