package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes messages of NFLOG as the kernel does; owned by one test. */
final class NflogBytes {
  private final ByteBuffer bytes;
  private int message;

  /** Begins at the start of a datagram. */
  NflogBytes(ByteBuffer datagram) {
    bytes = datagram.order(ByteOrder.nativeOrder());
  }

  /** Begins a message. */
  NflogBytes message(int type, int family) {
    message = bytes.position();
    bytes.putInt(0).putShort((short) type).putShort((short) 0).putInt(0).putInt(0);
    bytes.put((byte) family).put((byte) 0).putShort((short) 0);
    return this;
  }

  /** Begins a message of a packet. */
  NflogBytes packet(int family) {
    return message(Abi.NFNL_SUBSYS_ULOG << 8, family);
  }

  NflogBytes attribute(int type, byte[] value) {
    bytes.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    bytes.put(new byte[-value.length & 3]);
    return this;
  }

  NflogBytes number(int type, int value) {
    return attribute(type, ByteBuffer.allocate(4).putInt(value).array());
  }

  NflogBytes header(int etherType, int hook) {
    return number(Abi.NFULA_PACKET_HDR, etherType << 16 | hook << 8);
  }

  NflogBytes time(long seconds, long microseconds) {
    byte[] value = ByteBuffer.allocate(16).putLong(seconds).putLong(microseconds).array();
    return attribute(Abi.NFULA_TIMESTAMP, value);
  }

  NflogBytes prefix(String text) {
    return attribute(Abi.NFULA_PREFIX, (text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a nest with a protocol and a tag. */
  NflogBytes vlan(int tag) {
    ByteBuffer nest = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    nest.putShort((short) 6).putShort((short) 1).putShort((short) 0x0081).putShort((short) 0);
    nest.putShort((short) 6).putShort((short) Abi.NFULA_VLAN_TCI);
    nest.order(ByteOrder.BIG_ENDIAN).putShort((short) tag);
    return attribute(Abi.NFULA_VLAN | 0x8000, nest.array());
  }

  /** Ends the message. */
  NflogBytes end() {
    bytes.putInt(message, bytes.position() - message);
    bytes.put(new byte[-(bytes.position() - message) & 3]);
    return this;
  }

  int sizeBytes() {
    return bytes.position();
  }
}
