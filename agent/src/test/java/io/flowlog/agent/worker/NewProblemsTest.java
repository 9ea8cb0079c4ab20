package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NewProblemsTest {
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private long nowNs;
  private final EventLog log =
      new EventLog(
          new PrintStream(console, true, StandardCharsets.UTF_8),
          Map.of(),
          () -> nowNs += TimeUnit.MINUTES.toNanos(2));
  private final NewProblems problems = new NewProblems(log, EventKind.STORE);

  @Test
  void shouldTellAProblemWhenItComesUpAndAgainWhenItReturns() {
    problems.tell(List.of());
    problems.tell(List.of("one"));
    problems.tell(List.of("one"));
    problems.tell(List.of("two", "one"));
    problems.tell(List.of("two"));
    problems.tell(List.of("one", "two"));

    assertEquals(
        "warning: one\nwarning: two\nwarning: one\n", console.toString(StandardCharsets.UTF_8));
    assertEquals(3, log.count(EventKind.STORE));
  }
}
