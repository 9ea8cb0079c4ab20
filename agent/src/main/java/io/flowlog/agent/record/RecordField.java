package io.flowlog.agent.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  END_REASON;

  private static final Map<String, RecordField> BY_NAME = byName();

  private static Map<String, RecordField> byName() {
    Map<String, RecordField> fields = new LinkedHashMap<>();
    for (RecordField field : values()) {
      fields.put(field.fieldName(), field);
    }
    return Collections.unmodifiableMap(fields);
  }

  /** Returns the field's name in files and in {@code customized_field}. */
  public String fieldName() {
    // The names are ASCII: no locale changes them.
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the field of a name, or null. */
  public static @Nullable RecordField ofName(String name) {
    return BY_NAME.get(name);
  }

  /** Returns the names of all fields, in order. */
  public static Set<String> names() {
    return BY_NAME.keySet();
  }
}
