package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes rtnetlink messages one after the other, as the kernel does; owned by one test. */
final class LinkBytes {
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
  private int message;

  /** Starts a message about an interface. */
  LinkBytes link(int type, int family, int index, int flags) {
    start(type);
    bytes.put((byte) family).put((byte) 0).putShort((short) 1);
    bytes.putInt(index).putInt(flags).putInt(-1);
    return grown();
  }

  /** Starts a message whose body is a number. */
  LinkBytes number(int type, int number) {
    start(type);
    bytes.putInt(number);
    return grown();
  }

  private void start(int type) {
    message = bytes.position();
    bytes.putInt(0).putShort((short) type).putShort((short) 0).putLong(0);
  }

  /** Makes the last message an answer. */
  LinkBytes answering(int netlinkPort, int sequence) {
    bytes.putInt(message + Abi.MESSAGE_SEQUENCE_AT, sequence);
    bytes.putInt(message + Abi.MESSAGE_PORT_AT, netlinkPort);
    return this;
  }

  /** Sets the flags of the last message. */
  LinkBytes flags(int flags) {
    bytes.putShort(message + Abi.MESSAGE_FLAGS_AT, (short) flags);
    return this;
  }

  /** Adds an attribute to the last message. */
  LinkBytes attribute(int type, int... values) {
    bytes.putShort((short) (Abi.ATTRIBUTE_BYTES + values.length)).putShort((short) type);
    for (int value : values) {
      bytes.put((byte) value);
    }
    while (bytes.position() % 4 != 0) {
      bytes.put((byte) 0);
    }
    return grown();
  }

  LinkBytes name(String name) {
    return attribute(Abi.IFLA_IFNAME, (name + "\0").chars().toArray());
  }

  private LinkBytes grown() {
    bytes.putInt(message, bytes.position() - message);
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
