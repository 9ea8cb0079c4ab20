package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Datagrams to unix sockets of this host, which Java does not know. */
public final class LocalDatagrams {
  /** How the name of a socket begins that is not in the file system. */
  private static final String ABSTRACT = "@";

  private static final int NAME_BYTES_MAX = Abi.LOCAL_ADDRESS_BYTES - Abi.LOCAL_ADDRESS_PATH_AT;

  /** So long it waits for a reader that has no room left. */
  private static final int PATIENCE_SECONDS = 1;

  private LocalDatagrams() {}

  /** Tells whether a name can be sent to: a full path, or {@code @} and an abstract name. */
  public static boolean isAddress(String name) {
    int sizeBytes = name.getBytes(StandardCharsets.UTF_8).length;
    boolean named = name.startsWith("/") || name.startsWith(ABSTRACT);
    return named && sizeBytes > 1 && sizeBytes <= NAME_BYTES_MAX && name.indexOf('\0') < 0;
  }

  /** Sends one datagram to a socket whose name {@link #isAddress}; waits a second at most. */
  public static void send(String name, byte[] data) throws NativeException {
    if (!isAddress(name)) {
      throw new IllegalArgumentException("no name of a unix socket: " + name);
    }
    LibC libC = LibC.get();
    String what = "send a datagram to " + name;
    int socket = libC.socket(Abi.AF_UNIX, Abi.SOCK_DGRAM | Abi.SOCK_CLOEXEC, 0);
    if (socket < 0) {
      throw NativeException.ofLastCall(what);
    }
    try {
      send(socket, name, data, what);
    } finally {
      libC.close(socket);
    }
  }

  private static void send(int socket, String name, byte[] data, String what)
      throws NativeException {
    LibC libC = LibC.get();
    ByteBuffer patience = memory(Abi.TIMEOUT_BYTES);
    patience.putLong(Abi.TIMEOUT_SECONDS_AT, PATIENCE_SECONDS);
    ByteBuffer address = address(name);
    ByteBuffer copy = memory(data.length).put(0, data);
    int option = Abi.SO_SNDTIMEO;
    if (libC.setsockopt(socket, Abi.SOL_SOCKET, option, patience, Abi.TIMEOUT_BYTES) < 0
        || libC.sendto(socket, copy, data.length, Abi.MSG_NOSIGNAL, address, address.remaining())
            < 0) {
      throw NativeException.ofLastCall(what);
    }
  }

  /** Exactly as long as the name: every byte of an abstract name counts. */
  static ByteBuffer address(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (name.startsWith(ABSTRACT)) {
      bytes[0] = 0;
    }
    ByteBuffer address = memory(Abi.LOCAL_ADDRESS_PATH_AT + bytes.length);
    address.putShort(Abi.LOCAL_ADDRESS_FAMILY_AT, (short) Abi.AF_UNIX);
    return address.put(Abi.LOCAL_ADDRESS_PATH_AT, bytes);
  }

  static ByteBuffer memory(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }
}
