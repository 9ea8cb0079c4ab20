package io.flowlog.agent.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A service manager as far as it listens: a datagram socket in another process; owned by one test.
 * Needs python3.
 */
final class ServiceListener implements AutoCloseable {
  /** Prints one datagram in hex for each line that it is sent. */
  private static final String PROGRAM =
      """
      import socket, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("\\0" + name[1:] if name[0] == "@" else name)
      s.settimeout(30)
      print("listens", flush=True)
      for line in sys.stdin:
          print(s.recv(65536).hex(), flush=True)
      """;

  private final Process process;
  private final BufferedReader datagrams;

  /** Listens at a path, or at {@code @} and an abstract name, when it returns. */
  ServiceListener(String name) throws IOException {
    process =
        new ProcessBuilder("python3", "-c", PROGRAM, name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    datagrams = process.inputReader(StandardCharsets.UTF_8);
    if (!"listens".equals(datagrams.readLine())) {
      close();
      throw new IOException("cannot listen at " + name);
    }
  }

  /** Returns the next datagram, for which it waits. */
  String next() throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append("next\n").flush();
    String words = datagrams.readLine();
    if (words == null) {
      throw new IOException("no datagram came");
    }
    return new String(HexFormat.of().parseHex(words), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
