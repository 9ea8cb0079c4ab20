package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.ConnectionLists.Figures;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConntrackFiguresTest {
  private final CounterSet counters = new CounterSet();
  private final ConntrackFigures figures = new ConntrackFigures(counters);

  @Test
  void shouldCountWhatIsDroppedWhileItLooks() {
    figures.take(new Figures(10, 100, 7, 8, 9), 0);
    assertEquals(List.of(), figures.problems());
    figures.take(new Figures(20, 100, 10, 9, 14), 1);
    assertEquals(3, counters.get(AgentCounter.CONNTRACK_DROPS));
    assertEquals(1, counters.get(AgentCounter.CONNTRACK_EARLY_DROPS));
    assertEquals(5, counters.get(AgentCounter.CONNTRACK_FAILED_INSERTS));
    assertEquals(20, figures.entries());
    assertEquals(100, figures.entriesMax());
  }

  @Test
  void shouldSayThatTheTableIsFull() {
    figures.take(new Figures(100, 100, 0, 0, 0), 0);
    assertEquals(
        List.of(
            "this host tracks 100 of at most 100 connections, and drops packets of all others:"
                + " raise the sysctl net.netfilter.nf_conntrack_max"),
        figures.problems());
    figures.take(new Figures(99, 100, 0, 0, 0), 1);
    assertEquals(List.of(), figures.problems());
  }

  @Test
  void shouldSayForAWhileThatItWasFull() {
    figures.take(new Figures(50, 100, 0, 0, 0), 0);
    figures.take(new Figures(50, 100, 1, 0, 0), 1);
    assertTrue(figures.problems().get(0).contains("has dropped"), figures.problems().toString());
    figures.take(new Figures(50, 100, 1, 0, 0), TimeUnit.MINUTES.toNanos(6));
    assertEquals(List.of(), figures.problems());
  }
}
