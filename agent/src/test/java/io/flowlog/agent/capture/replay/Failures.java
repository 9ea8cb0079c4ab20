package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.CounterSet;
import java.nio.file.Path;

/** What the tests of failing captures expect of a message. */
final class Failures {
  private Failures() {}

  /** Opens the file and expects one line that begins with its name and the first of these parts. */
  static void assertRefused(Path file, String beginning, String... parts) {
    CaptureFileException failure =
        assertThrows(
            CaptureFileException.class,
            () -> CaptureFileSource.open(file, ReplayContext.withoutPorts(), new CounterSet()));
    assertLine(failure, file + ": " + beginning);
    for (String part : parts) {
      assertTrue(messageOf(failure).contains(part), () -> part + " is not in " + failure);
    }
  }

  /** Expects one line that begins so. */
  static void assertLine(Exception failure, String beginning) {
    String message = messageOf(failure);
    assertEquals(beginning, message.substring(0, Math.min(beginning.length(), message.length())));
    assertEquals(1, message.lines().count());
  }

  private static String messageOf(Exception failure) {
    return String.valueOf(failure.getMessage());
  }
}
