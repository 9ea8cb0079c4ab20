package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordField;

/** One of the numbers that a row shows, and when it has none to show: here for every format. */
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
      case SRC_PORT -> RowNumber::sourcePort;
      case DST_PORT -> RowNumber::destinationPort;
      case PKT_SRC_PORT -> RowNumber::translatedSourcePort;
      case PKT_DST_PORT -> RowNumber::translatedDestinationPort;
      case TCP_FLAG -> RowNumber::tcpFlag;
      case PACKETS -> FlowRecord::packets;
      case BYTES -> FlowRecord::bytes;
      case IP_VERSION -> row -> row.ipVersion() == 0 ? NOTHING : row.ipVersion();
      case ICMP_TYPE -> RowNumber::icmpType;
      case ICMP_CODE -> RowNumber::icmpCode;
      case TCP_FLAGS_ALL -> RowNumber::tcpFlagsAll;
      case INITIATOR -> RowNumber::initiator;
      case SETUP_US -> RowNumber::setupUs;
      case LOST_PACKETS -> RowNumber::lostPackets;
      default -> throw new IllegalArgumentException(field + " is no number of a row");
    };
  }

  static long sourcePort(FlowRecord row) {
    return ifKnown(row, FlowRecord.SOURCE_PORT_KNOWN, row.sourcePort());
  }

  static long destinationPort(FlowRecord row) {
    return ifKnown(row, FlowRecord.DESTINATION_PORT_KNOWN, row.destinationPort());
  }

  static long translatedSourcePort(FlowRecord row) {
    return ifKnown(row, FlowRecord.TRANSLATION_KNOWN, row.translatedSourcePort());
  }

  static long translatedDestinationPort(FlowRecord row) {
    return ifKnown(row, FlowRecord.TRANSLATION_KNOWN, row.translatedDestinationPort());
  }

  static long icmpType(FlowRecord row) {
    return ifKnown(row, FlowRecord.ICMP_KNOWN, row.icmpType());
  }

  static long icmpCode(FlowRecord row) {
    return ifKnown(row, FlowRecord.ICMP_KNOWN, row.icmpCode());
  }

  static long initiator(FlowRecord row) {
    int first = (row.known() & FlowRecord.INITIATOR) != 0 ? 1 : 0;
    return ifKnown(row, FlowRecord.INITIATOR_KNOWN, first);
  }

  private static long ifKnown(FlowRecord row, int bit, int value) {
    return (row.known() & bit) != 0 ? value : NOTHING;
  }

  static long tcpFlag(FlowRecord row) {
    return unlessFolded(row, row.tcpFlag());
  }

  static long tcpFlagsAll(FlowRecord row) {
    return unlessFolded(row, row.tcpFlagsAll());
  }

  /** Folding keeps no flags: 0 would say that TCP packets had none. */
  private static long unlessFolded(FlowRecord row, int flags) {
    int tcp = 6;
    return row.ipVersion() != 0 || row.protocol() != tcp ? flags : NOTHING;
  }

  static long setupUs(FlowRecord row) {
    return unlessUnknown(row.setupUs());
  }

  static long lostPackets(FlowRecord row) {
    return unlessUnknown(row.lostPackets());
  }

  private static long unlessUnknown(long value) {
    return value == FlowRecord.UNKNOWN ? NOTHING : value;
  }
}
