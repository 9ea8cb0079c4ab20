package io.flowlog.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * What the rules of firewalls log to one group of NFLOG, in the network namespace of the thread
 * that opens it; owned by one thread.
 */
public final class NflogSocket implements AutoCloseable {
  /** How long the kernel may keep messages back to send more of them at once. */
  public static final int DELAY_MS = 50;

  /** Of a packet: every header that is read. */
  private static final int SNAP_BYTES = 128;

  private static final int SLOT_BYTES = 1 << 15;

  /**
   * The size of the kernel's buffers for messages, which fits with what it puts behind them into a
   * slot: it fills what that leaves free, too.
   */
  private static final int BUFFER_BYTES = SLOT_BYTES - (1 << 10);

  /** Fills a slot, more or less. */
  private static final int MESSAGES_AT_ONCE = 128;

  private static final int SLOTS = 16;
  private static final int REPLY_BYTES = 1 << 15;
  private static final Path READERS = Path.of("/proc/thread-self/net/netfilter/nfnetlink_log");

  private final LibC libC = LibC.get();
  private final ByteBuffer memory = NetlinkSocket.memory(SLOTS * SLOT_BYTES);
  private final ByteBuffer vectors = NetlinkSocket.memory(SLOTS * Abi.VECTOR_BYTES);
  private final ByteBuffer headers = NetlinkSocket.memory(SLOTS * Abi.BATCH_ENTRY_BYTES);
  private final NflogMessages messages = new NflogMessages(memory, SLOT_BYTES);
  private final NetlinkSocket socket;
  private final int group;
  private long overruns;

  private NflogSocket(NetlinkSocket socket, int group) {
    this.socket = socket;
    this.group = group;
    for (int i = 0; i < SLOTS; i++) {
      int vector = i * Abi.VECTOR_BYTES;
      vectors.putLong(vector + Abi.VECTOR_BASE_AT, addressOf(memory) + (long) i * SLOT_BYTES);
      vectors.putLong(vector + Abi.VECTOR_LENGTH_AT, SLOT_BYTES);
      int header = i * Abi.BATCH_ENTRY_BYTES;
      headers.putLong(header + Abi.BATCH_ENTRY_VECTORS_AT, addressOf(vectors) + vector);
      headers.putLong(header + Abi.BATCH_ENTRY_COUNT_AT, 1);
    }
  }

  private static long addressOf(ByteBuffer direct) {
    return Pointer.wrap(LibC.runtime(), direct).address();
  }

  /**
   * Becomes the reader of a group, of which there can be one.
   *
   * @param queueBytes room for messages that wait to be read
   */
  public static NflogSocket open(int group, int queueBytes) throws NativeException {
    NetlinkSocket socket = NetlinkSocket.ofLog(queueBytes, group);
    try {
      NflogSocket opened = new NflogSocket(socket, group);
      opened.configure();
      return opened;
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  /** All at once: no message comes before all of it holds. */
  private void configure() throws NativeException {
    ByteBuffer request = NetlinkSocket.memory(256);
    request.position(Abi.MESSAGE_BYTES);
    request.put((byte) Abi.AF_UNSPEC).put((byte) 0).put(network((short) group));
    attribute(request, Abi.NFULA_CFG_CMD, new byte[] {(byte) Abi.NFULNL_CFG_CMD_BIND});
    byte[] mode = new byte[Abi.COPY_MODE_BYTES];
    ByteBuffer.wrap(mode).putInt(Abi.COPY_MODE_RANGE_AT, SNAP_BYTES);
    mode[Abi.COPY_MODE_MODE_AT] = (byte) Abi.NFULNL_COPY_PACKET;
    attribute(request, Abi.NFULA_CFG_MODE, mode);
    attribute(request, Abi.NFULA_CFG_NLBUFSIZ, network(BUFFER_BYTES));
    attribute(request, Abi.NFULA_CFG_TIMEOUT, network(DELAY_MS / 10));
    attribute(request, Abi.NFULA_CFG_QTHRESH, network(MESSAGES_AT_ONCE));
    // The others tell more than is read here, and some kernels refuse them.
    attribute(request, Abi.NFULA_CFG_FLAGS, network((short) Abi.NFULNL_CFG_F_SEQ));
    int sizeBytes = request.position();
    request.putInt(Abi.MESSAGE_LENGTH_AT, sizeBytes);
    int type = Abi.NFNL_SUBSYS_ULOG << 8 | Abi.NFULNL_MSG_CONFIG;
    request.putShort(Abi.MESSAGE_TYPE_AT, (short) type);
    request.putShort(Abi.MESSAGE_FLAGS_AT, (short) (Abi.NLM_F_REQUEST | Abi.NLM_F_ACK));
    socket.send(request.rewind(), sizeBytes);
    int error = awaitAnswer();
    if (error != 0) {
      throw refusal(error);
    }
  }

  private static byte[] network(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static byte[] network(short value) {
    return ByteBuffer.allocate(Short.BYTES).putShort(value).array();
  }

  private static void attribute(ByteBuffer request, int type, byte[] value) {
    request.putShort((short) (Abi.ATTRIBUTE_BYTES + value.length)).putShort((short) type);
    request.put(value).put(new byte[-value.length & 3]);
  }

  /** Returns the kernel's error number; a packet that overtook it is found missing later. */
  private int awaitAnswer() throws NativeException {
    ByteBuffer reply = NetlinkSocket.memory(REPLY_BYTES);
    while (true) {
      int sizeBytes = socket.receive(reply);
      if (sizeBytes < 0) {
        throw new NativeException(
            "NFLOG group " + group + ": the kernel does not answer: load the module nfnetlink_log");
      }
      boolean whole = sizeBytes >= Abi.MESSAGE_BYTES + Integer.BYTES;
      if (whole && reply.getShort(Abi.MESSAGE_TYPE_AT) == Abi.NLMSG_ERROR) {
        return -reply.getInt(Abi.MESSAGE_BYTES);
      }
    }
  }

  private NativeException refusal(int error) {
    String reader = reader();
    String remedy =
        switch (Errno.of(error)) {
          case EPERM, EBUSY ->
              reader.isEmpty()
                  ? "give the program CAP_NET_ADMIN: in its systemd unit"
                      + " AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN, or run it as root"
                  : "another program reads it, by netlink port "
                      + reader
                      + ", often its process id: stop that one, or let the firewall log to another"
                      + " group for each of the two";
          case EINVAL -> "load the module nfnetlink_log";
          default -> Errno.of(error).remedy();
        };
    return new NativeException("NFLOG group " + group + ": become its reader", error, remedy);
  }

  /** Returns the netlink port of whoever reads the group, or nothing. */
  private String reader() {
    try {
      List<String> lines = Files.readAllLines(READERS);
      for (String line : lines) {
        String[] columns = line.strip().split("\\s+", 3);
        if (columns.length == 3 && columns[0].equals(Integer.toString(group))) {
          return columns[1];
        }
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }

  /** Receives some datagrams, whose messages are there then; false when there are none now. */
  public boolean receive() throws NativeException {
    while (true) {
      int count = libC.recvmmsg(socket.number(), headers, SLOTS, Abi.MSG_DONTWAIT, null);
      if (count > 0) {
        for (int i = 0; i < count; i++) {
          int header = i * Abi.BATCH_ENTRY_BYTES;
          messages.setSize(i, headers.getInt(header + Abi.BATCH_ENTRY_LENGTH_AT));
        }
        messages.reset(count);
        return true;
      }
      if (count == 0 || socket.nothingReceived() == LinkQueue.NOTHING) {
        messages.reset(0);
        return false;
      }
      // What waits can still be read; what is missing shows in the numbers of messages.
      overruns++;
    }
  }

  /** Returns the cursor over what was received last. */
  public NflogMessages messages() {
    return messages;
  }

  /** Returns how often messages had no room, since the socket was opened. */
  public long overruns() {
    return overruns;
  }

  @Override
  public void close() {
    socket.close();
  }
}
