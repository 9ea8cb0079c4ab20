package io.flowlog.agent.api;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Hostile clients of a unix socket. */
class SocketHostileClientTest extends HostileClientContract {
  SocketHostileClientTest(@TempDir Path folder) throws ListenException {
    super(new SocketFile(folder.resolve("agent.sock")));
  }
}
