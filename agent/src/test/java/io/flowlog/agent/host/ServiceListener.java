package io.flowlog.agent.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A service manager as far as it listens: a datagram socket in another process; owned by one test.
 * Needs python3.
 */
public final class ServiceListener implements AutoCloseable {
  /** Prints the next datagram in hex, or all that are there, and then an empty line. */
  private static final String PROGRAM =
      """
      import select, socket, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("\\0" + name[1:] if name[0] == "@" else name)
      s.settimeout(30)
      print("listens", flush=True)
      for line in sys.stdin:
          if line.strip() == "next":
              print(s.recv(65536).hex(), flush=True)
              continue
          while select.select([s], [], [], 0)[0]:
              print(s.recv(65536).hex())
          print(flush=True)
      """;

  private final Process process;
  private final BufferedReader datagrams;

  /** Listens at a path, or at {@code @} and an abstract name, when it returns. */
  public ServiceListener(String name) throws IOException {
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
  public String next() throws IOException {
    ask("next");
    return readLine();
  }

  /** Returns the datagrams that have come and were not returned yet. */
  public List<String> waiting() throws IOException {
    ask("all");
    List<String> all = new ArrayList<>();
    for (String words = readLine(); !words.isEmpty(); words = readLine()) {
      all.add(words);
    }
    return all;
  }

  private void ask(String what) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(what).append('\n').flush();
  }

  private String readLine() throws IOException {
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
