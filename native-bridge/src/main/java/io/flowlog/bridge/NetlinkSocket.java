package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The operations on one netlink socket of any protocol, each with its error in words; owned by a
 * {@link LinkSocket} or a {@link NflogSocket}.
 */
final class NetlinkSocket implements AutoCloseable {
  private static final int CLOSED = -1;

  private final LibC libC = LibC.get();
  private final String topic;
  private int number;

  /**
   * Opens a socket.
   *
   * @param topic what its errors are about
   */
  NetlinkSocket(int protocol, String topic) throws NativeException {
    this.topic = topic;
    number = libC.socket(Abi.AF_NETLINK, Abi.SOCK_RAW | Abi.SOCK_CLOEXEC, protocol);
    if (number < 0) {
      throw failure("open a netlink socket");
    }
  }

  /** Returns the exception of the call that has just failed. */
  NativeException failure(String what) {
    return NativeException.ofLastCall(topic + ": " + what);
  }

  static ByteBuffer memory(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  /** Returns the socket's number, or that of none once it is closed. */
  int number() {
    return number;
  }

  /** Goes beyond what the host lets everybody have, if that is allowed. */
  void makeRoom(int sizeBytes) throws NativeException {
    ByteBuffer value = memory(Integer.BYTES).putInt(0, sizeBytes);
    int level = Abi.SOL_SOCKET;
    if (libC.setsockopt(number, level, Abi.SO_RCVBUFFORCE, value, Integer.BYTES) < 0
        && libC.setsockopt(number, level, Abi.SO_RCVBUF, value, Integer.BYTES) < 0) {
      throw failure("make room for " + sizeBytes + " bytes of news");
    }
  }

  /** Gets what the kernel tells these groups of listeners, too. */
  void bind(int groups) throws NativeException {
    ByteBuffer address = memory(Abi.NETLINK_ADDRESS_BYTES);
    address.putShort(Abi.NETLINK_ADDRESS_FAMILY_AT, (short) Abi.AF_NETLINK);
    address.putInt(Abi.NETLINK_ADDRESS_GROUPS_AT, groups);
    if (libC.bind(number, address, Abi.NETLINK_ADDRESS_BYTES) < 0) {
      throw failure("ask for news");
    }
  }

  /** Returns the number that answers carry which are for this socket. */
  int netlinkPort() throws NativeException {
    ByteBuffer address = memory(Abi.NETLINK_ADDRESS_BYTES);
    ByteBuffer sizeBytes = memory(Integer.BYTES).putInt(0, Abi.NETLINK_ADDRESS_BYTES);
    if (libC.getsockname(number, address, sizeBytes) < 0) {
      throw failure("ask for the socket's address");
    }
    return address.getInt(Abi.NETLINK_ADDRESS_PORT_AT);
  }

  void send(ByteBuffer request, int sizeBytes, String what) throws NativeException {
    if (libC.send(number, request, sizeBytes, 0) < 0) {
      throw failure(what);
    }
  }

  /**
   * Receives one datagram, and does not wait for it.
   *
   * @return its size, which is beyond the buffer's when its end is lost; or {@link
   *     LinkQueue#NOTHING} or {@link LinkQueue#OVERRUN}
   */
  int receive(ByteBuffer buffer) throws NativeException {
    int flags = Abi.MSG_DONTWAIT | Abi.MSG_TRUNC;
    long sizeBytes = libC.recv(number, buffer, buffer.capacity(), flags);
    return sizeBytes >= 0 ? (int) sizeBytes : nothingReceived();
  }

  /** Tells whether there was nothing, or no room for all, after a call that received nothing. */
  int nothingReceived() throws NativeException {
    NativeException failure = failure("receive news");
    return switch (failure.errno()) {
      case EAGAIN -> LinkQueue.NOTHING;
      case ENOBUFS, ENOMEM -> LinkQueue.OVERRUN;
      default -> throw failure;
    };
  }

  @Override
  public void close() {
    if (number != CLOSED) {
      libC.close(number);
      number = CLOSED;
    }
  }
}
