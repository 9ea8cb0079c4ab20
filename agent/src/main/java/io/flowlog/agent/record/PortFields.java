package io.flowlog.agent.record;

import io.flowlog.agent.port.LoggingPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a logging port contributes to its records: the same text in every one of them. */
public final class PortFields {
  private PortFields() {}

  /** Tells whether a field is a port's. */
  public static boolean has(RecordField field) {
    return switch (field) {
      case INTERFACE_ID, VM_ID, OWNER_TYPE, OWNER_ID, SUBNET_ID, VPC_ID, PROJECT_ID -> true;
      default -> false;
    };
  }

  /** Returns a port without what no record shows. */
  static LoggingPort shownOf(LoggingPort port) {
    return new LoggingPort(
        null,
        port.portId(),
        null,
        List.of(),
        port.vmId(),
        port.subnetId(),
        port.networkId(),
        port.projectId(),
        port.ownerType(),
        port.ownerId());
  }

  /** Returns a port's text for a field, or null when it is not known. */
  public static @Nullable String text(RecordDictionary ports, int portIndex, RecordField field) {
    LoggingPort port = ports.get(portIndex);
    return switch (field) {
      case INTERFACE_ID -> port.portId();
      case VM_ID -> port.vmId();
      case OWNER_TYPE -> port.ownerType();
      case OWNER_ID -> port.ownerId();
      case SUBNET_ID -> port.subnetId();
      case VPC_ID -> port.networkId();
      case PROJECT_ID -> port.projectId();
      default -> throw new IllegalArgumentException(field + " is not a port's");
    };
  }
}
