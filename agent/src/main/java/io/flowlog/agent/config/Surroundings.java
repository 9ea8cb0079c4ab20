package io.flowlog.agent.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration depends on besides its file.
 *
 * @param hostNameFile where the kernel says this host's name
 * @param credentialsFolder where the service manager puts credentials; null if it does not
 */
record Surroundings(Path hostNameFile, @Nullable String credentialsFolder) {
  /** Returns those of this process. */
  static Surroundings ofProcess() {
    return new Surroundings(HostName.KERNEL_FILE, System.getenv(Secrets.FOLDER_VARIABLE));
  }
}
