package io.flowlog.agent.record;

import java.util.Locale;

/** Every field that a file can show, in the order of a file that shows all of them. */
public enum RecordField {
  TIMESTAMP_START,
  TIMESTAMP_END,
  INTERFACE_ID,
  VM_ID,
  OWNER_TYPE,
  OWNER_ID,
  SUBNET_ID,
  VPC_ID,
  REGION,
  PROTOCOL,
  SRC_ADDR,
  DST_ADDR,
  SRC_PORT,
  DST_PORT,
  TCP_FLAG,
  PACKETS,
  BYTES,
  DIRECTION,
  FILTER,
  TRANSITHUB_DROP_NO_ROUTE_PACKETS,
  TRANSITHUB_DROP_NO_ROUTE_BYTES,
  TRANSITHUB_DROP_BLACK_HOLE_PACKETS,
  TRANSITHUB_DROP_BLACK_HOLE_BYTES,
  STATUS,
  TRAFFIC_PATH,
  PROJECT_ID,
  HOST,
  IP_VERSION,
  ICMP_TYPE,
  ICMP_CODE,
  TCP_FLAGS_ALL,
  INITIATOR,
  TCP_STATE,
  SETUP_US,
  LOST_PACKETS,
  DROP_POINT,
  END_REASON,
  PKT_SRC_ADDR,
  PKT_DST_ADDR,
  PKT_SRC_PORT,
  PKT_DST_PORT;

  /** Returns the field's name in files and in {@code customized_field}. */
  public String fieldName() {
    // The names are ASCII: no locale changes them.
    return name().toLowerCase(Locale.ROOT);
  }

  /** Tells whether the field is about the other side of an address translation. */
  public boolean isOfTranslation() {
    return switch (this) {
      case PKT_SRC_ADDR, PKT_DST_ADDR, PKT_SRC_PORT, PKT_DST_PORT -> true;
      default -> false;
    };
  }

  /** Tells whether rows have a value that stand for a span in which nothing was seen, or lost. */
  public boolean isKnownWithoutTraffic() {
    return switch (this) {
      case TIMESTAMP_START, TIMESTAMP_END, REGION, HOST, STATUS, LOST_PACKETS -> true;
      default -> PortFields.has(this);
    };
  }
}
