package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordField;

/** One of the numbers that a row shows. */
@FunctionalInterface
interface RowNumber {
  /** What a row has where it knows nothing; of all numbers, only a point in time can be equal. */
  long NOTHING = Long.MIN_VALUE;

  /** Returns a row's number, or {@link #NOTHING}. */
  long of(FlowRecord row);

  /** Returns how to read a field of rows; points in time have a unit and are none of these. */
  static RowNumber of(RecordField field) {
    return switch (field) {
      case PROTOCOL -> FlowRecord::protocol;
      case SRC_PORT -> row -> ifKnown(row, FlowRecord.SOURCE_PORT_KNOWN, row.sourcePort());
      case DST_PORT ->
          row -> ifKnown(row, FlowRecord.DESTINATION_PORT_KNOWN, row.destinationPort());
      case TCP_FLAG -> row -> tcpFlags(row, row.tcpFlag());
      case PACKETS -> FlowRecord::packets;
      case BYTES -> FlowRecord::bytes;
      case IP_VERSION -> row -> row.ipVersion() == 0 ? NOTHING : row.ipVersion();
      case ICMP_TYPE -> row -> ifKnown(row, FlowRecord.ICMP_KNOWN, row.icmpType());
      case ICMP_CODE -> row -> ifKnown(row, FlowRecord.ICMP_KNOWN, row.icmpCode());
      case TCP_FLAGS_ALL -> row -> tcpFlags(row, row.tcpFlagsAll());
      case INITIATOR -> row -> ifKnown(row, FlowRecord.INITIATOR_KNOWN, initiator(row));
      case SETUP_US -> row -> unlessUnknown(row.setupUs());
      case LOST_PACKETS -> row -> unlessUnknown(row.lostPackets());
      default -> throw new IllegalArgumentException(field + " is no number of a row");
    };
  }

  private static long ifKnown(FlowRecord row, int bit, int value) {
    return (row.known() & bit) != 0 ? value : NOTHING;
  }

  /** Folding keeps no flags: 0 would say that TCP packets had none. */
  private static long tcpFlags(FlowRecord row, int flags) {
    int tcp = 6;
    return row.ipVersion() != 0 || row.protocol() != tcp ? flags : NOTHING;
  }

  private static int initiator(FlowRecord row) {
    return (row.known() & FlowRecord.INITIATOR) != 0 ? 1 : 0;
  }

  private static long unlessUnknown(long value) {
    return value == FlowRecord.UNKNOWN ? NOTHING : value;
  }
}
