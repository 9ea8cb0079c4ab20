package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Direction;

/**
 * One packet by its fields, written into a batch without a frame: tests of what follows the decoder
 * make millions of them. Owned by one test, which changes it for every packet.
 */
public final class PacketMaker {
  public static final int WHOLE = PacketBatch.WHOLE;
  public static final int FIRST_FRAGMENT = PacketBatch.FIRST_FRAGMENT;
  public static final int LATER_FRAGMENT = PacketBatch.LATER_FRAGMENT;

  public long timestampNs;
  public int portIndex;
  public Direction direction = Direction.UNKNOWN;
  public boolean ipv6;
  public long sourceHigh;
  public long sourceLow;
  public long destinationHigh;
  public long destinationLow;
  public int protocol;
  public int vlan;
  public int sourcePort;
  public int destinationPort;
  public int tcpFlags;

  /** As in {@link PacketBatch#SEQUENCE}. */
  public long sequence;

  public int fragment = WHOLE;
  public int packets = 1;
  public long bytes;

  /** Writes the packet behind the last one of a batch. */
  public void appendTo(PacketBatch batch) {
    long[] words = batch.words();
    int base = batch.size() * PacketBatch.STRIDE;
    words[base + PacketBatch.TIMESTAMP] = timestampNs;
    words[base + PacketBatch.SOURCE_HIGH] = sourceHigh;
    words[base + PacketBatch.SOURCE_LOW] = sourceLow;
    words[base + PacketBatch.DESTINATION_HIGH] = destinationHigh;
    words[base + PacketBatch.DESTINATION_LOW] = destinationLow;
    words[base + PacketBatch.KEY] =
        (long) sourcePort << PacketBatch.SOURCE_PORT_SHIFT
            | (long) destinationPort << PacketBatch.DESTINATION_PORT_SHIFT
            | (long) protocol << PacketBatch.PROTOCOL_SHIFT
            | (long) vlan << PacketBatch.VLAN_SHIFT
            | (ipv6 ? 1L << PacketBatch.IPV6_SHIFT : 0)
            | portIndex;
    words[base + PacketBatch.SIZE] =
        bytes
            | (long) packets << PacketBatch.PACKETS_SHIFT
            | (long) tcpFlags << PacketBatch.TCP_FLAGS_SHIFT
            | (long) direction.ordinal() << PacketBatch.DIRECTION_SHIFT
            | (long) fragment << PacketBatch.FRAGMENT_SHIFT;
    words[base + PacketBatch.SEQUENCE] = sequence;
    batch.append();
  }
}
