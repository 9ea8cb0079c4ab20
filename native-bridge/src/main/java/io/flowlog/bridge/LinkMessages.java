package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the rtnetlink messages in a buffer, which it reads where they lie; owned by one
 * {@link LinkMonitor}.
 *
 * <p>No bytes make it fail, or read beyond those that were received.
 */
final class LinkMessages extends NetlinkMessages {
  /** What a message says. */
  enum Kind {
    /** An interface is there: {@link #link}. */
    THERE,
    /** An interface is gone: {@link #index}. */
    GONE,
    /** A list has ended: {@link #error}. */
    END_OF_LIST,
    /** A request has failed: {@link #error}. */
    REFUSAL,
    /** Something else. */
    OTHER
  }

  private static final int NOT_FOUND = -1;
  private static final int MAC_BYTES = 6;
  private static final String NO_MAC = "00:00:00:00:00:00";
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  /** Makes a cursor over a buffer in the machine's byte order. */
  LinkMessages(ByteBuffer bytes) {
    super(bytes);
  }

  /** Returns what the message says. */
  Kind kind() {
    return switch (bytes.getShort(message + Abi.MESSAGE_TYPE_AT)) {
      case Abi.RTM_NEWLINK -> isOfLink() && name() != null ? Kind.THERE : Kind.OTHER;
      case Abi.RTM_DELLINK -> isOfLink() ? Kind.GONE : Kind.OTHER;
      case Abi.NLMSG_DONE -> Kind.END_OF_LIST;
      case Abi.NLMSG_ERROR -> Kind.REFUSAL;
      default -> Kind.OTHER;
    };
  }

  /**
   * Other families tell what an interface is to them under the same types: a bridge says "gone"
   * when an interface has only left it.
   */
  private boolean isOfLink() {
    int body = message + Abi.MESSAGE_BYTES;
    return body + Abi.LINK_BYTES <= messageEnd
        && bytes.get(body + Abi.LINK_FAMILY_AT) == Abi.AF_UNSPEC;
  }

  /** Tells whether a list changed while the kernel wrote it, so that it may be wrong. */
  boolean isInterrupted() {
    return (bytes.getShort(message + Abi.MESSAGE_FLAGS_AT) & Abi.NLM_F_DUMP_INTR) != 0;
  }

  /** Tells whether the message answers a request, and does not tell everybody some news. */
  boolean isAnswerTo(int netlinkPort, int sequence) {
    return bytes.getInt(message + Abi.MESSAGE_PORT_AT) == netlinkPort
        && bytes.getInt(message + Abi.MESSAGE_SEQUENCE_AT) == sequence;
  }

  /** Returns the interface's index. */
  int index() {
    return bytes.getInt(message + Abi.MESSAGE_BYTES + Abi.LINK_INDEX_AT);
  }

  /** Returns the interface of a message that says that it is there. */
  Link link() {
    int flags = bytes.getInt(message + Abi.MESSAGE_BYTES + Abi.LINK_FLAGS_AT);
    String name = name();
    return new Link(
        index(),
        name == null ? "" : name,
        mac(),
        (flags & Abi.IFF_UP) != 0,
        (flags & Abi.IFF_RUNNING) != 0);
  }

  private @Nullable String name() {
    int at = attribute(Abi.IFLA_IFNAME);
    if (at == NOT_FOUND) {
      return null; // e.g. what a wireless card tells of itself
    }
    byte[] name = value(at);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return length == 0 ? null : new String(name, 0, length, StandardCharsets.ISO_8859_1);
  }

  private @Nullable String mac() {
    int at = attribute(Abi.IFLA_ADDRESS);
    byte[] address = at == NOT_FOUND ? new byte[0] : value(at);
    if (address.length != MAC_BYTES) {
      return null; // a tunnel has its IP address there
    }
    String mac = COLONS.formatHex(address);
    return mac.equals(NO_MAC) ? null : mac;
  }

  /** Returns where the first attribute of this type starts. */
  private int attribute(int type) {
    int at = message + Abi.MESSAGE_BYTES + Abi.LINK_BYTES;
    while (messageEnd - at >= Abi.ATTRIBUTE_BYTES) {
      int lengthBytes = lengthOf(at);
      if (lengthBytes < Abi.ATTRIBUTE_BYTES || lengthBytes > messageEnd - at) {
        return NOT_FOUND;
      }
      if (bytes.getShort(at + Abi.ATTRIBUTE_TYPE_AT) == type) {
        return at;
      }
      at += lengthBytes + padding(lengthBytes);
    }
    return NOT_FOUND;
  }

  private int lengthOf(int attribute) {
    return bytes.getShort(attribute + Abi.ATTRIBUTE_LENGTH_AT) & 0xffff;
  }

  private byte[] value(int attribute) {
    byte[] value = new byte[lengthOf(attribute) - Abi.ATTRIBUTE_BYTES];
    bytes.get(attribute + Abi.ATTRIBUTE_BYTES, value);
    return value;
  }
}
