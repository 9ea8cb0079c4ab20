package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over packets that firewalls have logged, in datagrams that lie one in each slot of a
 * buffer, where it reads them; owned by one {@link NflogSocket}.
 *
 * <p>No bytes make it fail, or read beyond those that were received.
 */
public final class NflogMessages {
  /** {@link #vlan} of a packet without a tag, {@link #hook} of one whose hook is not told. */
  public static final int NONE = -1;

  private static final int PACKET_TYPE = Abi.NFNL_SUBSYS_ULOG << 8 | Abi.NFULNL_MSG_PACKET;
  private static final boolean LENGTH_FIRST = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  private static final int VLAN_MASK = 0xfff;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MICROSECOND_NS = 1000L;

  /** After the year 2262 nanoseconds do not fit; no clock of the kernel gets there. */
  private static final long SECONDS_MAX = Long.MAX_VALUE / SECOND_NS - 1;

  private final ByteBuffer bytes;
  private final ByteBuffer network;
  private final int slotBytes;
  private final int[] sizes;
  private int datagrams;
  private int nextDatagram;
  private int nextMessage;
  private int end;
  private long brokenDatagrams;

  private int family;
  private int hook;
  private int etherType;
  private int sequence;
  private boolean hasSequence;
  private long timestampNs;
  private int inputInterface;
  private int outputInterface;
  private int bridgeInput;
  private int bridgeOutput;
  private long destinationMac;
  private int vlan;
  private int prefixAt;
  private int prefixBytes;
  private int payloadAt;
  private int payloadBytes;

  /**
   * Makes a cursor.
   *
   * @param bytes the slots, one after another
   */
  NflogMessages(ByteBuffer bytes, int slotBytes) {
    this.bytes = bytes.duplicate().order(ByteOrder.nativeOrder());
    network = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
    this.slotBytes = slotBytes;
    sizes = new int[bytes.capacity() / slotBytes];
  }

  /** Says how many bytes a datagram has that lies in a slot. */
  void setSize(int slot, int sizeBytes) {
    sizes[slot] = Math.min(sizeBytes, slotBytes);
  }

  /** Stands before the first message of the first so many slots. */
  void reset(int count) {
    datagrams = count;
    nextDatagram = 0;
    nextMessage = 0;
    end = 0;
  }

  /** Moves to the next packet, or returns false when there is none left. */
  public boolean next() {
    while (true) {
      if (end - nextMessage < Abi.MESSAGE_BYTES) {
        if (nextDatagram == datagrams) {
          return false;
        }
        nextMessage = nextDatagram * slotBytes;
        end = nextMessage + sizes[nextDatagram];
        nextDatagram++;
      } else if (nextIsPacket()) {
        return true;
      }
    }
  }

  private boolean nextIsPacket() {
    int message = nextMessage;
    int lengthBytes = bytes.getInt(message + Abi.MESSAGE_LENGTH_AT);
    if (lengthBytes < Abi.MESSAGE_BYTES || lengthBytes > end - message) {
      brokenDatagrams++;
      nextMessage = end;
      return false;
    }
    nextMessage = message + lengthBytes + padding(lengthBytes);
    int type = bytes.getShort(message + Abi.MESSAGE_TYPE_AT);
    if (type != PACKET_TYPE || lengthBytes < Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES) {
      return false;
    }
    read(message + Abi.MESSAGE_BYTES, message + lengthBytes);
    return true;
  }

  /** Returns how many bytes there are before the next multiple of 4. */
  private static int padding(int lengthBytes) {
    return -lengthBytes & 3;
  }

  private void read(int body, int messageEnd) {
    clear();
    family = bytes.get(body + Abi.NETFILTER_FAMILY_AT);
    int at = body + Abi.NETFILTER_BYTES;
    while (messageEnd - at >= Abi.ATTRIBUTE_BYTES) {
      // length and type by one access: there are ten of them in each message
      int header = bytes.getInt(at);
      int lengthBytes = LENGTH_FIRST ? header & 0xffff : header >>> 16;
      if (lengthBytes < Abi.ATTRIBUTE_BYTES || lengthBytes > messageEnd - at) {
        return;
      }
      int type = (LENGTH_FIRST ? header >>> 16 : header & 0xffff) & Abi.NLA_TYPE_MASK;
      take(type, at + Abi.ATTRIBUTE_BYTES, lengthBytes - Abi.ATTRIBUTE_BYTES);
      at += lengthBytes + padding(lengthBytes);
    }
  }

  private void clear() {
    hook = NONE;
    etherType = 0;
    hasSequence = false;
    timestampNs = 0;
    inputInterface = 0;
    outputInterface = 0;
    bridgeInput = 0;
    bridgeOutput = 0;
    destinationMac = 0;
    vlan = NONE;
    prefixBytes = 0;
    payloadBytes = 0;
  }

  private void take(int type, int at, int sizeBytes) {
    switch (type) {
      case Abi.NFULA_PREFIX -> {
        prefixAt = at;
        prefixBytes = sizeBytes;
      }
      case Abi.NFULA_PAYLOAD -> {
        payloadAt = at;
        payloadBytes = sizeBytes;
      }
      case Abi.NFULA_TIMESTAMP -> takeTime(at, sizeBytes);
      case Abi.NFULA_HWHEADER -> takeMac(at, sizeBytes);
      case Abi.NFULA_VLAN -> takeVlan(at, at + sizeBytes);
      default -> {
        if (sizeBytes >= Integer.BYTES) {
          takeNumber(type, network.getInt(at));
        }
      }
    }
  }

  private void takeNumber(int type, int value) {
    switch (type) {
      case Abi.NFULA_PACKET_HDR -> {
        etherType = value >>> 16;
        hook = value >>> 8 & 0xff;
      }
      case Abi.NFULA_SEQ -> {
        sequence = value;
        hasSequence = true;
      }
      case Abi.NFULA_IFINDEX_INDEV -> inputInterface = value;
      case Abi.NFULA_IFINDEX_OUTDEV -> outputInterface = value;
      case Abi.NFULA_IFINDEX_PHYSINDEV -> bridgeInput = value;
      case Abi.NFULA_IFINDEX_PHYSOUTDEV -> bridgeOutput = value;
      default -> {
        // what nobody asks for
      }
    }
  }

  private void takeTime(int at, int sizeBytes) {
    if (sizeBytes >= Abi.LOGGED_TIME_BYTES) {
      long seconds = network.getLong(at + Abi.LOGGED_TIME_SECONDS_AT);
      long microseconds = network.getLong(at + Abi.LOGGED_TIME_MICROSECONDS_AT);
      boolean possible = seconds >= 0 && seconds <= SECONDS_MAX;
      boolean fraction = microseconds >= 0 && microseconds < SECOND_NS / MICROSECOND_NS;
      timestampNs = possible && fraction ? seconds * SECOND_NS + microseconds * MICROSECOND_NS : 0;
    }
  }

  /** The header starts with the address that the frame goes to, if it is one of Ethernet. */
  private void takeMac(int at, int sizeBytes) {
    if (sizeBytes == Abi.ETH_HLEN) {
      destinationMac =
          (network.getShort(at) & 0xffffL) << Integer.SIZE
              | (network.getInt(at + Short.BYTES) & 0xffff_ffffL);
    }
  }

  private void takeVlan(int start, int vlanEnd) {
    int at = start;
    while (vlanEnd - at >= Abi.ATTRIBUTE_BYTES + Short.BYTES) {
      int lengthBytes = bytes.getShort(at + Abi.ATTRIBUTE_LENGTH_AT) & 0xffff;
      if (lengthBytes < Abi.ATTRIBUTE_BYTES + Short.BYTES || lengthBytes > vlanEnd - at) {
        return;
      }
      int type = bytes.getShort(at + Abi.ATTRIBUTE_TYPE_AT) & Abi.NLA_TYPE_MASK;
      if (type == Abi.NFULA_VLAN_TCI) {
        vlan = network.getShort(at + Abi.ATTRIBUTE_BYTES) & VLAN_MASK;
      }
      at += lengthBytes + padding(lengthBytes);
    }
  }

  /** Returns the memory that {@link #prefixAt} and {@link #payloadAt} are places in. */
  public ByteBuffer buffer() {
    return network;
  }

  /** Returns how many datagrams were not messages to their end. */
  public long brokenDatagrams() {
    return brokenDatagrams;
  }

  /** Tells whether a bridge's own rules have logged the packet. */
  public boolean isOfBridgeFamily() {
    return family == Abi.AF_BRIDGE;
  }

  /** Returns the number of the hook where the packet was, or {@link #NONE}. */
  public int hook() {
    return hook;
  }

  /** Returns the number of the payload's protocol, as Ethernet has it. */
  public int etherType() {
    return etherType;
  }

  /** Tells whether the messages of the group are numbered. */
  public boolean hasSequence() {
    return hasSequence;
  }

  /** Returns the number of the message, which begins at 0 and may wrap around. */
  public int sequence() {
    return sequence;
  }

  /** Returns the packet's time, whole microseconds in nanoseconds since 1970; 0 if not told. */
  public long timestampNs() {
    return timestampNs;
  }

  /** Returns the index of the interface where the packet came in, 0 for none. */
  public int inputInterface() {
    return inputInterface;
  }

  /** Returns the index of the interface where it is to leave, 0 for none. */
  public int outputInterface() {
    return outputInterface;
  }

  /** Returns the index of the bridge's port where the packet came in, 0 for none. */
  public int bridgeInput() {
    return bridgeInput;
  }

  /** Returns the index of the bridge's port where it is to leave, 0 for none. */
  public int bridgeOutput() {
    return bridgeOutput;
  }

  /** Returns the Ethernet address that the frame went to, 0 if it is not told. */
  public long destinationMac() {
    return destinationMac;
  }

  /** Returns the VLAN of the tag that was taken out of the frame, or {@link #NONE}. */
  public int vlan() {
    return vlan;
  }

  /** Returns where the prefix of the rule starts. */
  public int prefixAt() {
    return prefixAt;
  }

  /** Returns how long it is, with the zero behind it; 0 without a prefix. */
  public int prefixBytes() {
    return prefixBytes;
  }

  /** Returns where the first bytes of the packet start, which begin with its IP header. */
  public int payloadAt() {
    return payloadAt;
  }

  /** Returns how many there are. */
  public int payloadBytes() {
    return payloadBytes;
  }
}
