package io.flowlog.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Asks conntrack for what it has, in the network namespace of the thread that asks. Stateless.
 *
 * <p>Each question has a socket of its own, whose answers nothing else can crowd out.
 */
public final class ConnectionLists {
  private static final int QUEUE_BYTES = 1 << 20;

  /** The kernel writes lists in pieces of half this size at most. */
  private static final int DATAGRAM_BYTES_MAX = 1 << 16;

  private static final int PATIENCE_MS = 5000;
  private static final int TYPE_OF_CONNTRACK = Abi.NFNL_SUBSYS_CTNETLINK << 8;
  private static final int STATUS_BYTES = Abi.ATTRIBUTE_BYTES + Integer.BYTES;

  private ConnectionLists() {}

  /** Takes each message of an answer. */
  @FunctionalInterface
  private interface Taker {
    void take(ConnectionMessages messages, ConnectionMessages.Kind kind) throws IOException;
  }

  /** Takes connections that are there; each is valid during the call only. */
  @FunctionalInterface
  public interface ConnectionTaker {
    /** Takes a connection. */
    void take(TrackedConnection connection) throws IOException;
  }

  /**
   * What conntrack says of itself.
   *
   * @param entries connections that it tracks
   * @param entriesMax how many it may track
   * @param drops packets that were dropped because their connection could not be tracked
   * @param earlyDrops connections that were forgotten to make room for others
   * @param failedInserts connections that could not be entered
   */
  public record Figures(
      long entries, long entriesMax, long drops, long earlyDrops, long failedInserts) {}

  /** Hands over every connection. */
  public static void all(ConnectionTaker taker) throws IOException {
    ByteBuffer request = request(Abi.IPCTNL_MSG_CT_GET, Abi.NLM_F_DUMP, 0);
    ask(request, true, connections(taker));
  }

  /** Hands over every translated connection; some of them twice. */
  public static void translated(ConnectionTaker taker) throws IOException {
    ConnectionTaker ifTranslated =
        connection -> {
          // kernels before 5.19 list all, whatever is asked
          if (connection.isTranslated()) {
            taker.take(connection);
          }
        };
    for (int status : new int[] {Abi.IPS_SRC_NAT, Abi.IPS_DST_NAT}) {
      ByteBuffer request = request(Abi.IPCTNL_MSG_CT_GET, Abi.NLM_F_DUMP, 2 * STATUS_BYTES);
      putNumber(request, Abi.CTA_STATUS, status);
      putNumber(request, Abi.CTA_STATUS_MASK, status);
      ask(request, true, connections(ifTranslated));
    }
  }

  private static Taker connections(ConnectionTaker taker) {
    return (messages, kind) -> {
      if (kind == ConnectionMessages.Kind.THERE) {
        taker.take(messages.connection());
      }
    };
  }

  /** Returns what conntrack says of itself. */
  public static Figures figures() throws IOException {
    long[] sums = new long[5];
    ask(
        request(Abi.IPCTNL_MSG_CT_GET_STATS, 0, 0),
        false,
        (messages, kind) -> {
          sums[0] = messages.figure(Abi.CTA_STATS_GLOBAL_ENTRIES);
          sums[1] = messages.figure(Abi.CTA_STATS_GLOBAL_MAX_ENTRIES);
        });
    ask(
        request(Abi.IPCTNL_MSG_CT_GET_STATS_CPU, Abi.NLM_F_DUMP, 0),
        true,
        (messages, kind) -> {
          sums[2] += messages.figure(Abi.CTA_STATS_DROP);
          sums[3] += messages.figure(Abi.CTA_STATS_EARLY_DROP);
          sums[4] += messages.figure(Abi.CTA_STATS_INSERT_FAILED);
        });
    return new Figures(sums[0], sums[1], sums[2], sums[3], sums[4]);
  }

  private static ByteBuffer request(int type, int flags, int attributeBytes) {
    int sizeBytes = Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES + attributeBytes;
    ByteBuffer request = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    request.putInt(Abi.MESSAGE_LENGTH_AT, sizeBytes);
    request.putShort(Abi.MESSAGE_TYPE_AT, (short) (TYPE_OF_CONNTRACK | type));
    request.putShort(Abi.MESSAGE_FLAGS_AT, (short) (Abi.NLM_F_REQUEST | flags));
    return request.position(Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES);
  }

  /** Appends an attribute whose value is a number, in the network's order. */
  private static void putNumber(ByteBuffer request, int type, int value) {
    request.putShort((short) STATUS_BYTES).putShort((short) type);
    request.order(ByteOrder.BIG_ENDIAN).putInt(value).order(ByteOrder.nativeOrder());
  }

  private static void ask(ByteBuffer request, boolean isList, Taker taker) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX).order(ByteOrder.nativeOrder());
    ConnectionMessages messages = new ConnectionMessages(buffer);
    try (NetlinkSocket socket = NetlinkSocket.ofConntrack(QUEUE_BYTES, 0, new int[0][])) {
      socket.send(request.position(0), request.capacity());
      while (!takeNext(socket, buffer, messages, taker) && isList) {
        // the kernel writes the next piece when this one was taken
      }
    }
  }

  /** Takes one datagram; returns whether the list has ended. */
  private static boolean takeNext(
      NetlinkSocket socket, ByteBuffer buffer, ConnectionMessages messages, Taker taker)
      throws IOException {
    int sizeBytes = socket.receive(buffer);
    if (sizeBytes == LinkQueue.NOTHING && socket.await(PATIENCE_MS)) {
      sizeBytes = socket.receive(buffer);
    }
    if (sizeBytes < 0 || sizeBytes > buffer.capacity()) {
      throw new NativeException("conntrack: list connections", Errno.ENOBUFS.number());
    }
    messages.reset(sizeBytes);
    while (messages.next()) {
      ConnectionMessages.Kind kind = messages.kind();
      switch (kind) {
        case END_OF_LIST, REFUSAL -> {
          if (messages.error() != 0) {
            throw new NativeException("conntrack: list connections", messages.error());
          }
          return true;
        }
        case OTHER -> {}
        default -> taker.take(messages, kind);
      }
    }
    return false;
  }
}
