package io.flowlog.agent.config;

import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.port.PortRules;
import java.nio.file.Path;

/** Loads the logging ports that an operator declared in files. */
public final class PortFiles {
  private PortFiles() {}

  /** Loads one file, or the files of a directory. */
  public static Declarations<LoggingPort> load(Path path) {
    DeclarationLoader<LoggingPort> loader =
        new DeclarationLoader<>((tree, fileName, index) -> PortRules.check(tree), null);
    loader.load(path);
    loader.refuseDuplicates("port_id", LoggingPort::portId);
    loader.refuseDuplicates("device", LoggingPort::device);
    return loader.result();
  }
}
