package io.flowlog.bridge;

import java.nio.ByteBuffer;

/** A rtnetlink socket that gets the news of interfaces; owned by a {@link LinkMonitor}. */
final class LinkSocket implements LinkQueue {
  private final LibC libC = LibC.get();
  private final ByteBuffer pollEntry = NetlinkSocket.memory(Abi.POLL_BYTES);
  private final NetlinkSocket socket;

  private LinkSocket(NetlinkSocket socket) {
    this.socket = socket;
    pollEntry.putInt(Abi.POLL_SOCKET_AT, socket.number());
    pollEntry.putShort(Abi.POLL_WANTED_AT, (short) Abi.POLLIN);
  }

  /** Opens a socket that gets all news from now on, with room for so many bytes of them. */
  static LinkSocket open(int queueBytes) throws NativeException {
    NetlinkSocket socket = new NetlinkSocket(Abi.NETLINK_ROUTE, "network interfaces");
    try {
      socket.makeRoom(queueBytes);
      socket.bind(Abi.RTMGRP_LINK);
      return new LinkSocket(socket);
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public int netlinkPort() throws NativeException {
    return socket.netlinkPort();
  }

  @Override
  public void requestList(int sequence) throws NativeException {
    int sizeBytes = Abi.MESSAGE_BYTES + Abi.LINK_BYTES;
    ByteBuffer request = NetlinkSocket.memory(sizeBytes);
    request.putInt(Abi.MESSAGE_LENGTH_AT, sizeBytes);
    request.putShort(Abi.MESSAGE_TYPE_AT, (short) Abi.RTM_GETLINK);
    request.putShort(Abi.MESSAGE_FLAGS_AT, (short) (Abi.NLM_F_REQUEST | Abi.NLM_F_DUMP));
    request.putInt(Abi.MESSAGE_SEQUENCE_AT, sequence);
    socket.send(request, sizeBytes, "ask for a list");
  }

  @Override
  public int receive(ByteBuffer buffer) throws NativeException {
    return socket.receive(buffer);
  }

  @Override
  public boolean await(int timeoutMs) throws NativeException {
    int ready = libC.poll(pollEntry, 1, timeoutMs);
    if (ready >= 0) {
      return ready > 0;
    }
    NativeException failure = socket.failure("wait for news");
    if (failure.errno() != Errno.EINTR) {
      throw failure;
    }
    return false;
  }

  @Override
  public void close() {
    socket.close();
    pollEntry.putInt(Abi.POLL_SOCKET_AT, socket.number());
  }
}
