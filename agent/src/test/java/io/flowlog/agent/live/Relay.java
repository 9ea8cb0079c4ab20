package io.flowlog.agent.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the agent in its network namespace reach servers on the loopback of the tests' own, under
 * the same addresses, until this is closed; owned by one test. Needs root and python3.
 */
final class Relay implements AutoCloseable {
  private final Process process;

  /** Relays when it returns. */
  Relay(String namespace, int... ports) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", LiveHost.script("relay.py")));
    command.add("/run/netns/" + namespace);
    for (int port : ports) {
      command.add(Integer.toString(port));
    }
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader words = process.inputReader(StandardCharsets.UTF_8);
    if (!"ready".equals(words.readLine())) {
      close();
      throw new IOException("the relay does not start");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
