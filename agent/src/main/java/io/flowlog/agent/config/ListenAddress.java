package io.flowlog.agent.config;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.IpAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where to listen: an address, or the path of a unix socket. */
final class ListenAddress {
  private static final String OFF = "off";
  private static final int PORT_MAX = 65_535;

  /** What the kernel takes, less what a socket's name has more while it is made. */
  private static final int SOCKET_BYTES_MAX = 100;

  private static final Path NOWHERE = Path.of("");
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

  /** Reads the path of a unix socket; nothing if it is switched off. */
  static Optional<Path> socket(String text) throws FieldException {
    if (text.equals(OFF)) {
      return Optional.empty();
    }
    int sizeBytes = text.getBytes(StandardCharsets.UTF_8).length;
    Path path = text.endsWith("/") ? NOWHERE : path(text);
    if (!path.isAbsolute() || path.getNameCount() < 2 || sizeBytes > SOCKET_BYTES_MAX) {
      throw new FieldException(
          FieldProblem.quote(text) + " is no path of a socket",
          "write /run/flowlog-agent/agent.sock or another absolute path in a folder, of at most "
              + SOCKET_BYTES_MAX
              + " bytes, or "
              + OFF);
    }
    return Optional.of(path);
  }

  private static Path path(String text) {
    try {
      return Path.of(text).normalize();
    } catch (InvalidPathException e) {
      return NOWHERE;
    }
  }
}
