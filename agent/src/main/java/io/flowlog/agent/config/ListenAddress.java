package io.flowlog.agent.config;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.IpAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where to listen. */
final class ListenAddress {
  private static final String OFF = "off";
  private static final int PORT_MAX = 65_535;
  private static final Pattern ENDPOINT =
      Pattern.compile("(\\[(?<ipv6>[^]]*:[^]]*)]|(?<ipv4>[^:]+)):(?<port>[0-9]{1,5})");

  private ListenAddress() {}

  /** Reads an address and a port; nothing if it is switched off. */
  static Optional<ApiConfig.Endpoint> parse(String text) throws FieldException {
    if (text.equals(OFF)) {
      return Optional.empty();
    }
    Matcher parts = ENDPOINT.matcher(text);
    int port = parts.matches() ? Integer.parseInt(parts.group("port")) : 0;
    if (port < 1 || port > PORT_MAX) {
      throw new FieldException(
          FieldProblem.quote(text) + " is no address to listen on",
          "write 127.0.0.1:9465, \"[::1]:9465\" or another address and port, or " + OFF);
    }
    String ipv6 = parts.group("ipv6");
    String address = IpAddress.canonical(ipv6 == null ? parts.group("ipv4") : ipv6);
    return Optional.of(new ApiConfig.Endpoint(address, port));
  }
}
