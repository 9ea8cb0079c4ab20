package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameOutcomesTest {
  private static List<AgentCounter> counted(FrameOutcome outcome) {
    CounterSet counters = new CounterSet();
    FrameOutcomes.count(outcome, 7, counters);
    FrameOutcomes.count(outcome, 3, counters);
    List<AgentCounter> touched =
        Arrays.stream(AgentCounter.values()).filter(c -> counters.get(c) != 0).toList();
    touched.forEach(counter -> assertEquals(10, counters.get(counter)));
    return touched;
  }

  @Test
  void shouldPublishEveryOutcomeUnderANumberOfItsOwn() {
    Set<AgentCounter> taken = new HashSet<>();
    for (FrameOutcome outcome : FrameOutcome.values()) {
      List<AgentCounter> counters = counted(outcome);
      // the table counts good packets
      assertEquals(outcome == FrameOutcome.PACKET ? 0 : 1, counters.size(), outcome.name());
      taken.addAll(counters);
    }
    assertEquals(FrameOutcome.values().length - 1, taken.size(), "no two share one");
  }

  @Test
  void shouldPublishAnOutcomeUnderItsName() {
    assertEquals(List.of(AgentCounter.FRAMES_NOT_IP), counted(FrameOutcome.NOT_IP));
    assertEquals(
        List.of(AgentCounter.LAYER4_UNREADABLE), counted(FrameOutcome.PACKET_WITHOUT_LAYER4));
    assertEquals(List.of(AgentCounter.FRAMES_IP_HEADER_CUT), counted(FrameOutcome.IP_HEADER_CUT));
    assertEquals(
        List.of(AgentCounter.FRAMES_IP_TOTAL_LENGTH_WRONG),
        counted(FrameOutcome.IP_TOTAL_LENGTH_WRONG));
  }
}
