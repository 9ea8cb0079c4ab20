package io.flowlog.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What people read while the agent runs. */
class EventLogTest {
  private static final int ROUNDS = 40 * Integer.getInteger("flowlog.soak", 1);
  private static final long SECOND_NS = Duration.ofSeconds(1).toNanos();

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final PrintStream console = new PrintStream(shown, false, StandardCharsets.UTF_8);

  /** Such a clock may begin anywhere, and pass from the largest number to the smallest. */
  private long nowNs = Long.MAX_VALUE - 70 * SECOND_NS;

  private final EventLog log = log(Map.of());

  private EventLog log(Map<String, String> environment) {
    return new EventLog(console, environment, () -> nowNs);
  }

  private List<String> lines() {
    return shown.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void shouldWriteOneLineForEachEvent() {
    log.info(EventKind.STARTED, "flowlog-agent 1.2.3");
    log.warning(EventKind.CAPTURE, "tap1: is down");
    log.error(EventKind.STORE, "grüße\n<0>from a tenant");
    assertEquals(
        "info: flowlog-agent 1.2.3\nwarning: tap1: is down\nerror: grüße\\u000a<0>from a tenant\n",
        shown.toString(StandardCharsets.UTF_8));
  }

  @Test
  void shouldTellJournaldThePriority() {
    for (String variable : List.of("JOURNAL_STREAM", "INVOCATION_ID")) {
      EventLog journal = log(Map.of(variable, "8:12345"));
      journal.info(EventKind.STARTED, "a");
      journal.warning(EventKind.CAPTURE, "b");
      journal.error(EventKind.STORE, "c");
    }
    assertEquals(List.of("<6>a", "<4>b", "<3>c", "<6>a", "<4>b", "<3>c"), lines());
  }

  @Test
  void shouldSpeakOfAKindOnceAMinuteAndTellHowManyWereNotShown() {
    log.warning(EventKind.STORE, "first");
    log.warning(EventKind.SPOOL, "another kind");
    nowNs += 60 * SECOND_NS - 1;
    log.warning(EventKind.STORE, "second");
    log.error(EventKind.STORE, "third");
    nowNs += 1;
    log.warning(EventKind.STORE, "fourth");
    nowNs += 60 * SECOND_NS;
    log.warning(EventKind.STORE, "fifth");
    assertEquals(
        List.of(
            "warning: first",
            "warning: another kind",
            "warning: fourth (2 more of kind store were not shown)",
            "warning: fifth"),
        lines());
    assertEquals(5, log.count(EventKind.STORE));
    assertEquals(1, log.count(EventKind.SPOOL));
  }

  @Test
  void shouldHaveAWordForEachKind() {
    Set<String> labels = new HashSet<>();
    for (EventKind kind : EventKind.values()) {
      labels.add(kind.label());
      assertEquals(kind.name(), kind.label().toUpperCase(Locale.ROOT));
    }
    assertEquals(EventKind.values().length, labels.size());
  }

  @Test
  void shouldAgreeWithAListOfEverythingThatWasShown() {
    Random random = new Random(20261120);
    for (int round = 0; round < ROUNDS; round++) {
      shown.reset();
      agreeOnce(log(Map.of()), random);
    }
  }

  /** The model keeps every event of a kind since the last one that was shown. */
  private void agreeOnce(EventLog tested, Random random) {
    Map<EventKind, List<Long>> unseen = new EnumMap<>(EventKind.class);
    Map<EventKind, Long> counts = new EnumMap<>(EventKind.class);
    List<String> expected = new ArrayList<>();
    for (int step = 0; step < 500; step++) {
      nowNs += random.nextInt(4) == 0 ? random.nextLong(50 * SECOND_NS) : random.nextLong(1000);
      EventKind kind = EventKind.values()[random.nextInt(4)];
      counts.merge(kind, 1L, Long::sum);
      List<Long> since = unseen.computeIfAbsent(kind, any -> new ArrayList<>());
      if (since.isEmpty() || nowNs - since.get(0) >= 60 * SECOND_NS) {
        String more =
            since.size() > 1
                ? " (" + (since.size() - 1) + " more of kind " + kind.label() + " were not shown)"
                : "";
        expected.add("info: " + step + more);
        since.clear();
      }
      since.add(nowNs);
      tested.info(kind, Integer.toString(step));
    }
    assertEquals(expected, lines());
    counts.forEach((kind, count) -> assertEquals(count, tested.count(kind)));
  }

  @Test
  void shouldCountWhatManyThreadsSayAndKeepTheirLinesApart() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (EventKind kind : List.of(EventKind.STORE, EventKind.SPOOL, EventKind.CLOCK)) {
      for (int i = 0; i < 2; i++) {
        threads.add(
            new Thread(
                () -> {
                  for (int event = 0; event < 10_000; event++) {
                    log.info(kind, kind.label());
                  }
                }));
      }
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(20_000, log.count(EventKind.STORE));
    assertEquals(20_000, log.count(EventKind.SPOOL));
    assertEquals(20_000, log.count(EventKind.CLOCK));
    assertEquals(Set.of("info: store", "info: spool", "info: clock"), new HashSet<>(lines()));
    assertEquals(3, lines().size());
  }
}
