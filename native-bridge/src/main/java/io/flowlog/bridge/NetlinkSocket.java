package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * The operations on one netlink socket, each with its error in words; owned by a {@link
 * LinkMonitor}, a {@link NflogSocket} or by who asks conntrack.
 */
final class NetlinkSocket implements LinkQueue {
  private static final int CLOSED = -1;

  private final LibC libC = LibC.get();
  private final ByteBuffer pollEntry = memory(Abi.POLL_BYTES);
  private final String subject;
  private int number;

  private NetlinkSocket(int protocol, String subject) throws NativeException {
    this.subject = subject;
    number = libC.socket(Abi.AF_NETLINK, Abi.SOCK_RAW | Abi.SOCK_CLOEXEC, protocol);
    if (number < 0) {
      throw failure("open a netlink socket");
    }
    pollEntry.putInt(Abi.POLL_SOCKET_AT, number);
    pollEntry.putShort(Abi.POLL_WANTED_AT, (short) Abi.POLLIN);
  }

  /** Opens a socket that gets all news from now on, with room for so many bytes of them. */
  static NetlinkSocket open(int queueBytes) throws NativeException {
    NetlinkSocket socket = new NetlinkSocket(Abi.NETLINK_ROUTE, "network interfaces");
    try {
      socket.makeRoom(queueBytes);
      socket.join(Abi.RTMGRP_LINK);
      return socket;
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Opens a socket to conntrack.
   *
   * @param groups whose news it gets, a bit for each
   * @param filter which of the news, a program of instructions; all if there are none
   */
  static NetlinkSocket ofConntrack(int queueBytes, int groups, int[][] filter)
      throws NativeException {
    NetlinkSocket socket = new NetlinkSocket(Abi.NETLINK_NETFILTER, "conntrack");
    try {
      socket.makeRoom(queueBytes);
      if (filter.length > 0) {
        socket.attach(filter);
      }
      socket.join(groups);
      return socket;
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  /** Opens a socket for a group that firewalls log to; nobody knows yet that it is for that. */
  static NetlinkSocket ofLog(int queueBytes, int group) throws NativeException {
    NetlinkSocket socket = new NetlinkSocket(Abi.NETLINK_NETFILTER, "NFLOG group " + group);
    try {
      socket.makeRoom(queueBytes);
      socket.join(0);
      return socket;
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  int number() {
    return number;
  }

  private NativeException failure(String what) {
    return NativeException.ofLastCall(subject + ": " + what);
  }

  static ByteBuffer memory(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  /** Goes beyond what the host lets everybody have, if that is allowed. */
  private void makeRoom(int sizeBytes) throws NativeException {
    ByteBuffer value = memory(Integer.BYTES).putInt(0, sizeBytes);
    int level = Abi.SOL_SOCKET;
    if (libC.setsockopt(number, level, Abi.SO_RCVBUFFORCE, value, Integer.BYTES) < 0
        && libC.setsockopt(number, level, Abi.SO_RCVBUF, value, Integer.BYTES) < 0) {
      throw failure("make room for " + sizeBytes + " bytes of news");
    }
  }

  /** Lets only news through for which a program returns other than 0. */
  private void attach(int[][] filter) throws NativeException {
    int sizeBytes = filter.length * Abi.INSTRUCTION_BYTES;
    Pointer code = Memory.allocateDirect(LibC.runtime(), sizeBytes, true);
    for (int i = 0; i < filter.length; i++) {
      int at = i * Abi.INSTRUCTION_BYTES;
      code.putShort(at + Abi.INSTRUCTION_OPERATION_AT, (short) filter[i][0]);
      code.putByte(at + Abi.INSTRUCTION_IF_TRUE_AT, (byte) filter[i][1]);
      code.putByte(at + Abi.INSTRUCTION_IF_FALSE_AT, (byte) filter[i][2]);
      code.putInt(at + Abi.INSTRUCTION_OPERAND_AT, filter[i][3]);
    }
    ByteBuffer program = memory(Abi.PROGRAM_BYTES);
    program.putShort(Abi.PROGRAM_LENGTH_AT, (short) filter.length);
    program.putLong(Abi.PROGRAM_CODE_AT, code.address());
    int level = Abi.SOL_SOCKET;
    if (libC.setsockopt(number, level, Abi.SO_ATTACH_FILTER, program, Abi.PROGRAM_BYTES) < 0) {
      throw failure("attach a filter");
    }
  }

  private void join(int groups) throws NativeException {
    ByteBuffer address = memory(Abi.NETLINK_ADDRESS_BYTES);
    address.putShort(Abi.NETLINK_ADDRESS_FAMILY_AT, (short) Abi.AF_NETLINK);
    address.putInt(Abi.NETLINK_ADDRESS_GROUPS_AT, groups);
    if (libC.bind(number, address, Abi.NETLINK_ADDRESS_BYTES) < 0) {
      throw failure("ask for news");
    }
  }

  @Override
  public int netlinkPort() throws NativeException {
    ByteBuffer address = memory(Abi.NETLINK_ADDRESS_BYTES);
    ByteBuffer sizeBytes = memory(Integer.BYTES).putInt(0, Abi.NETLINK_ADDRESS_BYTES);
    if (libC.getsockname(number, address, sizeBytes) < 0) {
      throw failure("ask for the socket's address");
    }
    return address.getInt(Abi.NETLINK_ADDRESS_PORT_AT);
  }

  @Override
  public void requestList(int sequence) throws NativeException {
    int sizeBytes = Abi.MESSAGE_BYTES + Abi.LINK_BYTES;
    ByteBuffer request = memory(sizeBytes);
    request.putInt(Abi.MESSAGE_LENGTH_AT, sizeBytes);
    request.putShort(Abi.MESSAGE_TYPE_AT, (short) Abi.RTM_GETLINK);
    request.putShort(Abi.MESSAGE_FLAGS_AT, (short) (Abi.NLM_F_REQUEST | Abi.NLM_F_DUMP));
    request.putInt(Abi.MESSAGE_SEQUENCE_AT, sequence);
    send(request, sizeBytes);
  }

  /** Sends a request. */
  void send(ByteBuffer request, int sizeBytes) throws NativeException {
    if (libC.send(number, request, sizeBytes, 0) < 0) {
      throw failure("ask for a list");
    }
  }

  @Override
  public int receive(ByteBuffer buffer) throws NativeException {
    int flags = Abi.MSG_DONTWAIT | Abi.MSG_TRUNC;
    long sizeBytes = libC.recv(number, buffer, buffer.capacity(), flags);
    return sizeBytes >= 0 ? (int) sizeBytes : nothingReceived();
  }

  /** Tells what a call means that has received nothing: {@link #NOTHING} or {@link #OVERRUN}. */
  int nothingReceived() throws NativeException {
    NativeException failure = failure("receive news");
    return switch (failure.errno()) {
      case EAGAIN -> NOTHING;
      case ENOBUFS, ENOMEM -> OVERRUN;
      default -> throw failure;
    };
  }

  @Override
  public boolean await(int timeoutMs) throws NativeException {
    int ready = libC.poll(pollEntry, 1, timeoutMs);
    if (ready >= 0) {
      return ready > 0;
    }
    NativeException failure = failure("wait for news");
    if (failure.errno() != Errno.EINTR) {
      throw failure;
    }
    return false;
  }

  @Override
  public void close() {
    if (number != CLOSED) {
      libC.close(number);
      number = CLOSED;
      pollEntry.putInt(Abi.POLL_SOCKET_AT, CLOSED);
    }
  }
}
