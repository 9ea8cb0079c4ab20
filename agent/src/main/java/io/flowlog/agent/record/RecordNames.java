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

  /** By version; rows of no flow have none. */
  private static final List<String> IP_VERSIONS = List.of("", "", "", "", "4", "", "6");

  private RecordNames() {}

  /** Returns the words of a field by the number that a row has; none for fields without words. */
  public static List<String> of(RecordField field) {
    return switch (field) {
      case DIRECTION -> directions();
      case FILTER -> verdicts();
      case STATUS -> statuses();
      case TCP_STATE -> tcpStates();
      case END_REASON -> endReasons();
      case IP_VERSION -> IP_VERSIONS;
      default -> List.of();
    };
  }

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
