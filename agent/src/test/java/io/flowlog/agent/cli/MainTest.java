package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program before it knows what it shall do. */
class MainTest {
  @Test
  void shouldListItsCommandsAndExitCodes() {
    Outcome help = Outcome.of("--help");
    assertEquals(Main.DONE, help.code());
    for (String command :
        new String[] {"replay", "check-config", "probe", "demo", "ports", "loggers"}) {
      assertTrue(help.data().lines().anyMatch(line -> line.startsWith("  " + command)), command);
    }
    assertTrue(help.data().contains("Exit codes: 0 done, 1 a named failure, 2 wrong use."));
    assertTrue(help.words().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"replay", "check-config", "probe", "demo", "ports", "loggers"})
  void shouldExplainEachCommandInEightyColumns(String command) {
    Outcome help = Outcome.of(command, "--help");
    assertEquals(Main.DONE, help.code());
    assertTrue(help.data().startsWith("Usage: flowlog-agent " + command + " "), help.data());
    assertTrue(help.words().isEmpty());
    help.data().lines().forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void shouldSayItsVersion(String option) {
    Outcome version = Outcome.of(option);
    assertEquals(Main.DONE, version.code());
    // the number stands in the jar's manifest, and here there is no jar
    assertEquals("flowlog-agent (not packaged)", version.data().strip());
  }

  @Test
  void shouldTellAnOperatingErrorInOneLineAndAMistakeOfItsOwnWithItsPlace() {
    IOException cause = new IOException("disk: out of order");
    Outcome failure = Outcome.of(() -> Main.report(new UncheckedIOException(cause)));
    assertEquals(Main.FAILED, failure.code());
    assertEquals(List.of("flowlog-agent: disk: out of order"), failure.words());
    Outcome mistake = Outcome.of(() -> Main.report(new IllegalStateException("odd")));
    assertEquals(Main.FAILED, mistake.code());
    assertEquals("java.lang.IllegalStateException: odd", mistake.words().get(0));
    assertEquals(1, mistake.problems().size(), mistake::toString);
    assertTrue(mistake.problems().get(0).startsWith("a mistake in the program"));
  }

  @Test
  void shouldAskForACommand() {
    Outcome.of().assertWrongUse("which command?");
  }

  @Test
  void shouldRefuseACommandThatItDoesNotKnow() {
    Outcome outcome = Outcome.of("rplay");
    assertEquals(Main.WRONG_USE, outcome.code());
    assertEquals(
        List.of("Unmatched argument at index 0: 'rplay'", "Did you mean: flowlog-agent replay?"),
        outcome.words());
  }

  @Test
  void shouldRefuseAnOptionThatItDoesNotKnow() {
    Outcome outcome = Outcome.of("check-config", "--confg", "x");
    assertEquals(Main.WRONG_USE, outcome.code());
    assertEquals(
        List.of("Unknown options: '--confg', 'x'", "Possible solutions: --config"),
        outcome.words());
  }
}
