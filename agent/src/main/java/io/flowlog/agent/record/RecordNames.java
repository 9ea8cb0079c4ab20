package io.flowlog.agent.record;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import java.util.Arrays;
import java.util.List;

/** The words that files show for the numbers in a {@link FlowRecord}. */
public final class RecordNames {
  private static final List<String> DIRECTIONS = List.of("unknown", "ingress", "egress");
  private static final List<String> VERDICTS = List.of("ACCEPT", "DROP");
  private static final List<String> STATUSES = List.of("OK", "NODATA", "SKIPDATA");

  private RecordNames() {}

  /** Returns the words of {@link FlowRecord#direction()}. */
  public static List<String> directions() {
    return DIRECTIONS;
  }

  /** Returns the words of {@link FlowRecord#verdict()}. */
  public static List<String> verdicts() {
    return VERDICTS;
  }

  /** Returns the words of {@link FlowRecord#status()}. */
  public static List<String> statuses() {
    return STATUSES;
  }

  /** Returns the words of {@link FlowRecord#tcpState()}; none is empty. */
  public static List<String> tcpStates() {
    return Arrays.stream(TcpState.values()).map(s -> s == TcpState.NONE ? "" : s.name()).toList();
  }

  /** Returns the words of {@link FlowRecord#endReason()}; none is empty. */
  public static List<String> endReasons() {
    return Arrays.stream(EndReason.values()).map(r -> r == EndReason.NONE ? "" : r.name()).toList();
  }
}
