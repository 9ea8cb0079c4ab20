package io.flowlog.agent.worker.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who keeps an agent from starting, and who cannot. Needs root, setpriv and python3. */
class OnlyAgentTest {
  private static final String HOLDER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX)
      s.bind("\\0" + sys.argv[1])
      s.listen(9)
      print("listens", flush=True)
      sys.stdin.read()
      """;

  private final String name = "flb-only-" + ProcessHandle.current().pid();

  /** Has another process take the name, behind some words of a command. */
  private Process hold(String... wrapper) throws IOException {
    List<String> command = new ArrayList<>(List.of(wrapper));
    command.addAll(List.of("/usr/bin/python3", "-c", HOLDER, name));
    Process holder = new ProcessBuilder(command).start();
    BufferedReader words = holder.inputReader(StandardCharsets.UTF_8);
    assertEquals("listens", words.readLine());
    return holder;
  }

  private static void end(Process holder) {
    holder.destroyForcibly().onExit().join();
  }

  private static String refusal(Process holder, int user) {
    long process = holder.pid();
    return "another agent works on this host, process "
        + process
        + " of user "
        + user
        + ": two would record everything twice: end it first ('systemctl stop flowlog-agent', or"
        + " 'kill "
        + process
        + "')";
  }

  private void assertRefused(String message) {
    IOException failure = assertThrows(IOException.class, () -> OnlyAgent.claim(name));
    assertEquals(message, failure.getMessage());
  }

  @Test
  void shouldLetOneAgentWorkAtATime() throws IOException {
    try (OnlyAgent first = OnlyAgent.claim(name)) {
      assertEquals(Optional.empty(), first.warning());
      assertThrows(IOException.class, () -> OnlyAgent.claim(name));
      first.forgetAskers();
    }
    OnlyAgent.claim(name).close();
  }

  @Test
  void shouldNameTheOtherAgent() throws IOException {
    Process holder = hold();
    try {
      assertRefused(refusal(holder, 0));
    } finally {
      end(holder);
    }
    OnlyAgent.claim(name).close();
  }

  @Test
  void shouldKnowAnAgentOfAnotherUserByItsRights() throws IOException {
    String caps = "+net_raw,+net_admin";
    Process holder =
        hold(
            "setpriv",
            "--reuid=65534",
            "--clear-groups",
            "--inh-caps=" + caps,
            "--ambient-caps=" + caps);
    try {
      assertRefused(refusal(holder, 65534));
    } finally {
      end(holder);
    }
  }

  @Test
  void shouldNotBeKeptFromItsWorkByAStranger() throws IOException {
    Process holder = hold("setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all");
    try (OnlyAgent only = OnlyAgent.claim(name)) {
      assertEquals(
          Optional.of(
              "process "
                  + holder.pid()
                  + " of user 65534 has the name @"
                  + name
                  + " and is no agent: a second agent on this host would not be noticed: end that"
                  + " process"),
          only.warning());
      only.forgetAskers();
    } finally {
      end(holder);
    }
  }
}
