package io.flowlog.agent.port;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A virtual interface on this host and whose it is. What is not known is null.
 *
 * @param device the interface's name on the host, e.g. {@code tap1a2b3c4d-5e}
 * @param portId the port's UUID, as records show it in {@code interface_id}
 * @param mac six bytes in lower-case hexadecimal, separated by colons
 * @param addresses the IP addresses of the port, in canonical text
 * @param networkId the VPC
 */
public record LoggingPort(
    @Nullable String device,
    String portId,
    @Nullable String mac,
    List<String> addresses,
    @Nullable String vmId,
    @Nullable String subnetId,
    @Nullable String networkId,
    @Nullable String projectId,
    @Nullable String ownerType,
    @Nullable String ownerId) {

  public LoggingPort {
    addresses = List.copyOf(addresses);
  }
}
