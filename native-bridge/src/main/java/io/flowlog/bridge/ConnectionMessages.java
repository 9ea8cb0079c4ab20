package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over the messages of conntrack in a buffer, which it reads where they lie; owned by who
 * receives them.
 *
 * <p>No bytes make it fail, or read beyond those that were received.
 */
final class ConnectionMessages extends NetlinkMessages {
  /** What a message says. */
  enum Kind {
    /** A connection is there: {@link #connection}. */
    THERE,
    /** A connection is gone: {@link #connection}. */
    GONE,
    /** Figures of one processor. */
    PROCESSOR_FIGURES,
    /** Figures of the whole table. */
    TABLE_FIGURES,
    /** A list has ended: {@link #error}. */
    END_OF_LIST,
    /** A request has failed: {@link #error}. */
    REFUSAL,
    /** Something else. */
    OTHER
  }

  /** The types of conntrack's messages have the subsystem in the upper byte. */
  private static final int SUBSYSTEM = Abi.NFNL_SUBSYS_CTNETLINK << 8;

  private static final int NOT_FOUND = -1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int DCCP = 33;
  private static final int SCTP = 132;
  private static final int UDP_LITE = 136;

  private final TrackedConnection connection = new TrackedConnection();

  /** Makes a cursor over a buffer in the machine's byte order. */
  ConnectionMessages(ByteBuffer bytes) {
    super(bytes);
  }

  /** Returns what the message says. */
  Kind kind() {
    return switch (bytes.getShort(message + Abi.MESSAGE_TYPE_AT) & 0xffff) {
      case SUBSYSTEM | Abi.IPCTNL_MSG_CT_NEW -> readConnection() ? Kind.THERE : Kind.OTHER;
      case SUBSYSTEM | Abi.IPCTNL_MSG_CT_DELETE -> readConnection() ? Kind.GONE : Kind.OTHER;
      case SUBSYSTEM | Abi.IPCTNL_MSG_CT_GET_STATS_CPU -> Kind.PROCESSOR_FIGURES;
      case SUBSYSTEM | Abi.IPCTNL_MSG_CT_GET_STATS -> Kind.TABLE_FIGURES;
      case Abi.NLMSG_DONE -> Kind.END_OF_LIST;
      case Abi.NLMSG_ERROR -> Kind.REFUSAL;
      default -> Kind.OTHER;
    };
  }

  /** Returns a figure of a message of figures; 0 if it is not in it. */
  long figure(int type) {
    int at = find(firstAttribute(), messageEnd, type);
    return at == NOT_FOUND ? 0 : number(at, 0) & 0xffff_ffffL;
  }

  /** Returns the connection of the message whose {@link #kind} was asked for last. */
  TrackedConnection connection() {
    return connection;
  }

  private int firstAttribute() {
    return message + Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES;
  }

  /** Reads a connection; one that lacks something is none. */
  private boolean readConnection() {
    if (firstAttribute() > messageEnd) {
      return false;
    }
    connection.clear();
    connection.family = bytes.get(message + Abi.MESSAGE_BYTES + Abi.NETFILTER_FAMILY_AT);
    boolean original = false;
    boolean reply = false;
    for (int at = firstAttribute(); isAttribute(at, messageEnd); at = behind(at)) {
      switch (typeOf(at)) {
        case Abi.CTA_TUPLE_ORIG -> original = readWay(at, connection.original);
        case Abi.CTA_TUPLE_REPLY -> reply = readWay(at, connection.reply);
        case Abi.CTA_STATUS -> connection.status = number(at, 0);
        case Abi.CTA_ID -> connection.id = number(at, 0);
        case Abi.CTA_ZONE -> connection.zone = half(at);
        case Abi.CTA_PROTOINFO -> connection.tcpState = tcpState(at);
        default -> {}
      }
    }
    return original && reply;
  }

  private boolean readWay(int attribute, TrackedConnection.Way way) {
    int end = endOf(attribute);
    int protocol = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_TUPLE_PROTO);
    int addresses = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_TUPLE_IP);
    if (protocol == NOT_FOUND || addresses == NOT_FOUND) {
      return false;
    }
    readProtocol(protocol, way);
    return connection.isIpv6() ? readAddresses6(addresses, way) : readAddresses4(addresses, way);
  }

  private void readProtocol(int attribute, TrackedConnection.Way way) {
    int end = endOf(attribute);
    for (int at = attribute + Abi.ATTRIBUTE_BYTES; isAttribute(at, end); at = behind(at)) {
      switch (typeOf(at)) {
        case Abi.CTA_PROTO_NUM -> way.protocol = octet(at);
        case Abi.CTA_PROTO_SRC_PORT -> way.sourcePort = half(at);
        case Abi.CTA_PROTO_DST_PORT -> way.destinationPort = half(at);
        default -> {}
      }
    }
    if (!hasPorts(way.protocol)) {
      way.sourcePort = 0;
      way.destinationPort = 0;
    }
  }

  private static boolean hasPorts(int protocol) {
    return switch (protocol) {
      case TCP, UDP, DCCP, SCTP, UDP_LITE -> true;
      default -> false;
    };
  }

  private boolean readAddresses4(int attribute, TrackedConnection.Way way) {
    int end = endOf(attribute);
    int source = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_IP_V4_SRC);
    int destination = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_IP_V4_DST);
    if (connection.family != Abi.AF_INET || source == NOT_FOUND || destination == NOT_FOUND) {
      return false;
    }
    way.sourceLow = number(source, 0) & 0xffff_ffffL;
    way.destinationLow = number(destination, 0) & 0xffff_ffffL;
    return true;
  }

  private boolean readAddresses6(int attribute, TrackedConnection.Way way) {
    int end = endOf(attribute);
    int source = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_IP_V6_SRC);
    int destination = find(attribute + Abi.ATTRIBUTE_BYTES, end, Abi.CTA_IP_V6_DST);
    if (source == NOT_FOUND || destination == NOT_FOUND) {
      return false;
    }
    way.sourceHigh = two(source, 0);
    way.sourceLow = two(source, Long.BYTES);
    way.destinationHigh = two(destination, 0);
    way.destinationLow = two(destination, Long.BYTES);
    return true;
  }

  private int tcpState(int attribute) {
    int tcp = find(attribute + Abi.ATTRIBUTE_BYTES, endOf(attribute), Abi.CTA_PROTOINFO_TCP);
    if (tcp == NOT_FOUND) {
      return 0;
    }
    int state = find(tcp + Abi.ATTRIBUTE_BYTES, endOf(tcp), Abi.CTA_PROTOINFO_TCP_STATE);
    return state == NOT_FOUND ? 0 : octet(state);
  }

  /** Returns where the first attribute of this type starts. */
  private int find(int first, int end, int type) {
    for (int at = first; isAttribute(at, end); at = behind(at)) {
      if (typeOf(at) == type) {
        return at;
      }
    }
    return NOT_FOUND;
  }

  private boolean isAttribute(int at, int end) {
    return end - at >= Abi.ATTRIBUTE_BYTES
        && lengthOf(at) >= Abi.ATTRIBUTE_BYTES
        && lengthOf(at) <= end - at;
  }

  private int behind(int attribute) {
    return endOf(attribute) + padding(lengthOf(attribute));
  }

  private int endOf(int attribute) {
    return attribute + lengthOf(attribute);
  }

  private int lengthOf(int attribute) {
    return bytes.getShort(attribute + Abi.ATTRIBUTE_LENGTH_AT) & 0xffff;
  }

  private int typeOf(int attribute) {
    return bytes.getShort(attribute + Abi.ATTRIBUTE_TYPE_AT) & Abi.NLA_TYPE_MASK;
  }

  /** Values come in the network's order; one that is too short is 0. */
  private int number(int attribute, int offset) {
    return holds(attribute, offset + Integer.BYTES)
        ? fromNetwork(bytes.getInt(attribute + Abi.ATTRIBUTE_BYTES + offset))
        : 0;
  }

  private int fromNetwork(int value) {
    return bytes.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
  }

  private long two(int attribute, int offset) {
    return (long) number(attribute, offset) << Integer.SIZE
        | (number(attribute, offset + Integer.BYTES) & 0xffff_ffffL);
  }

  private int half(int attribute) {
    int at = attribute + Abi.ATTRIBUTE_BYTES;
    return holds(attribute, Short.BYTES)
        ? (bytes.get(at) & 0xff) << 8 | (bytes.get(at + 1) & 0xff)
        : 0;
  }

  private int octet(int attribute) {
    return holds(attribute, 1) ? bytes.get(attribute + Abi.ATTRIBUTE_BYTES) & 0xff : 0;
  }

  private boolean holds(int attribute, int valueBytes) {
    return lengthOf(attribute) - Abi.ATTRIBUTE_BYTES >= valueBytes;
  }
}
