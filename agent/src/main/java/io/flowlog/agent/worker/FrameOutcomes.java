package io.flowlog.agent.worker;

import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/** Under which number each outcome of decoding is published. */
final class FrameOutcomes {
  private FrameOutcomes() {}

  /** Counts frames of one outcome. */
  static void count(FrameOutcome outcome, long frames, CounterSet counters) {
    switch (outcome) {
      case PACKET -> {
        // Counted as packets by the table.
      }
      case PACKET_WITHOUT_LAYER4 -> counters.add(AgentCounter.LAYER4_UNREADABLE, frames);
      case NOT_IP -> counters.add(AgentCounter.FRAMES_NOT_IP, frames);
      case LINK_HEADER_CUT -> counters.add(AgentCounter.FRAMES_LINK_HEADER_CUT, frames);
      case LINK_HEADERS_TOO_DEEP -> counters.add(AgentCounter.FRAMES_LINK_TOO_DEEP, frames);
      case IP_HEADER_CUT -> counters.add(AgentCounter.FRAMES_IP_HEADER_CUT, frames);
      case IP_VERSION_WRONG -> counters.add(AgentCounter.FRAMES_IP_VERSION_WRONG, frames);
      case IP_HEADER_LENGTH_WRONG ->
          counters.add(AgentCounter.FRAMES_IP_HEADER_LENGTH_WRONG, frames);
      case IP_TOTAL_LENGTH_WRONG -> counters.add(AgentCounter.FRAMES_IP_TOTAL_LENGTH_WRONG, frames);
    }
  }
}
