package io.flowlog.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tells which translated connections conntrack begins and ends to track in the network namespace of
 * the thread that opened it; owned by one thread.
 *
 * <p>The kernel writes a message for every connection as soon as anybody listens, and throws away
 * those of connections that are not translated.
 */
public final class ConnectionMonitor implements AutoCloseable {
  private static final int DATAGRAM_BYTES_MAX = 1 << 14;

  /** News of a connection's state in between are not wanted. */
  private static final int GROUPS =
      1 << (Abi.NFNLGRP_CONNTRACK_NEW - 1) | 1 << (Abi.NFNLGRP_CONNTRACK_DESTROY - 1);

  /** Operation, jumps if true and if false, operand. A message without a status passes. */
  private static final int[][] IF_TRANSLATED = {
    {Abi.BPF_LOAD_CONSTANT, 0, 0, Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES},
    {Abi.BPF_LOAD_INDEX_CONSTANT, 0, 0, Abi.CTA_STATUS},
    {Abi.BPF_LOAD_ANCILLARY, 0, 0, Abi.ANCILLARY_ATTRIBUTE},
    {Abi.BPF_JUMP_IF_EQUAL, 3, 0, 0},
    {Abi.BPF_INDEX_FROM_ACCUMULATOR, 0, 0, 0},
    {Abi.BPF_LOAD_AT_INDEX, 0, 0, Abi.ATTRIBUTE_BYTES},
    {Abi.BPF_JUMP_IF_SET, 0, 1, Abi.IPS_SRC_NAT | Abi.IPS_DST_NAT},
    {Abi.BPF_RETURN_CONSTANT, 0, 0, -1},
    {Abi.BPF_RETURN_CONSTANT, 0, 0, 0},
  };

  private final NetlinkSocket socket;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX).order(ByteOrder.nativeOrder());
  private final ConnectionMessages messages = new ConnectionMessages(buffer);
  private long overruns;

  private ConnectionMonitor(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Begins to listen, with room for so many bytes of news. */
  public static ConnectionMonitor open(int queueBytes) throws NativeException {
    return new ConnectionMonitor(NetlinkSocket.ofConntrack(queueBytes, GROUPS, IF_TRANSLATED));
  }

  /**
   * Hands over what there is, at most so many datagrams, without waiting.
   *
   * @return whether nothing is left
   */
  public boolean poll(ConnectionHandler handler, int datagramLimit) throws IOException {
    for (int i = 0; i < datagramLimit; i++) {
      int sizeBytes = socket.receive(buffer);
      if (sizeBytes == LinkQueue.NOTHING) {
        return true;
      }
      if (sizeBytes == LinkQueue.OVERRUN) {
        overruns++;
      } else {
        handOver(sizeBytes, handler);
      }
    }
    return false;
  }

  private void handOver(int sizeBytes, ConnectionHandler handler) throws IOException {
    messages.reset(Math.min(sizeBytes, buffer.capacity()));
    while (messages.next()) {
      switch (messages.kind()) {
        case THERE -> handler.there(messages.connection());
        case GONE -> handler.gone(messages.connection());
        default -> {}
      }
    }
    if (messages.isBroken() || sizeBytes > buffer.capacity()) {
      overruns++;
    }
  }

  /**
   * Returns how often something was lost. From then on the kernel tells nothing until all that
   * waits was taken: a list that makes up for it has to begin behind that.
   */
  public long overruns() {
    return overruns;
  }

  @Override
  public void close() {
    socket.close();
  }
}
