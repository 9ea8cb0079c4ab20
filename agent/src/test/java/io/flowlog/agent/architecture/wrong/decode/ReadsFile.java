package io.flowlog.agent.architecture.wrong.decode;

import java.nio.file.Path;

/** Touches a file system. */
public final class ReadsFile {
  public Path file() {
    return Path.of("file");
  }
}
