package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real signals to a real process. */
class HangUpSignalTest {
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process start(String... javaOptions) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of(javaOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(HangUpChild.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  private static void send(String signal, Process process) throws Exception {
    String number = Long.toString(process.pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, number).start().waitFor());
  }

  @Test
  void shouldCallAtEachSignalAndGoOn() throws Exception {
    Process process = start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("listens", lines.readLine());
    for (int i = 0; i < 3; i++) {
      send("HUP", process);
      assertEquals("hung up", lines.readLine());
    }
    process.getOutputStream().close();
    assertEquals("ends", lines.readLine());
    assertEquals(0, process.waitFor());
  }

  @Test
  void shouldLeaveTheOtherSignalsAlone() throws Exception {
    Process process = start();
    assertEquals("listens", process.inputReader(StandardCharsets.UTF_8).readLine());
    send("TERM", process);
    assertEquals(143, process.waitFor());
  }

  @Test
  void shouldSayWhenItCannotHearTheSignal() throws Exception {
    Process process = start("-Xrs");
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    assertEquals(
        "warning: SIGHUP ends the agent instead of having it read its settings:"
            + " java.lang.IllegalArgumentException: Signal already used by VM or OS: SIGHUP:"
            + " take -Xrs from the options of java",
        lines.readLine());
    assertEquals("listens", lines.readLine());
  }
}
