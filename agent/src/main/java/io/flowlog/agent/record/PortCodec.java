package io.flowlog.agent.record;

import io.flowlog.agent.port.LoggingPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of a logging port in the row journal: its {@link TextBytes texts} in the order of the
 * record's components.
 *
 * <p>A change of the layout needs a new journal version.
 */
final class PortCodec {
  private PortCodec() {}

  static byte[] encode(LoggingPort port) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    TextBytes.put(out, port.device());
    TextBytes.put(out, port.portId());
    TextBytes.put(out, port.mac());
    TextBytes.putAll(out, port.addresses());
    TextBytes.put(out, port.vmId());
    TextBytes.put(out, port.subnetId());
    TextBytes.put(out, port.networkId());
    TextBytes.put(out, port.projectId());
    TextBytes.put(out, port.ownerType());
    TextBytes.put(out, port.ownerId());
    return out.toByteArray();
  }

  /** Reads a port; any bytes are allowed, and what is no port is an exception. */
  static LoggingPort decode(ByteBuffer in) throws IOException {
    LoggingPort port =
        new LoggingPort(
            TextBytes.take(in),
            TextBytes.takeKnown(in),
            TextBytes.take(in),
            TextBytes.takeAll(in),
            TextBytes.take(in),
            TextBytes.take(in),
            TextBytes.take(in),
            TextBytes.take(in),
            TextBytes.take(in),
            TextBytes.take(in));
    TextBytes.expectEnd(in);
    return port;
  }
}
