package io.flowlog.agent.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that sends bytes as they are, and takes what comes. */
final class RawClient implements AutoCloseable {
  private static final int HANGS_AFTER_MS = 30_000;

  private final Socket socket;

  RawClient(ApiConfig.Endpoint endpoint) throws IOException {
    socket = new Socket(InetAddress.getByName(endpoint.address()), endpoint.port());
    socket.setSoTimeout(HANGS_AFTER_MS);
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes; that the other side is gone already is no failure. */
  RawClient send(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException e) {
      return this;
    }
    return this;
  }

  RawClient end() throws IOException {
    try {
      socket.shutdownOutput();
    } catch (SocketException e) {
      return this;
    }
    return this;
  }

  /** Returns one answer's head and its body, whose length must be told. */
  String answer() throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("closed after: " + head);
      }
      head.append((char) c);
    }
    int length =
        head.toString()
            .lines()
            .filter(line -> line.startsWith("content-length: "))
            .mapToInt(line -> Integer.parseInt(line.substring(16)))
            .findFirst()
            .orElseThrow();
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Returns everything until the other side closes, which it must. */
  String untilClosed() throws IOException {
    StringBuilder all = new StringBuilder();
    byte[] bytes = new byte[8192];
    try {
      InputStream in = socket.getInputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        all.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open; until now came: " + all, e);
    } catch (SocketException e) {
      return all.toString(); // reset
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
