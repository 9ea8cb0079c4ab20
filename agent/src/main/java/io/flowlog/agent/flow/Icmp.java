package io.flowlog.agent.flow;

/** Which ICMP messages ask and which answer: that is how an exchange's opener is told. */
public final class Icmp {
  static final int ICMP = 1;
  static final int ICMPV6 = 58;

  /** In ICMPv6 every type below this one is an error. */
  private static final int ICMPV6_INFORMATIONAL = 128;

  private Icmp() {}

  /** Tells whether a protocol is one of the two ICMPs. */
  public static boolean is(int protocol) {
    return protocol == ICMP || protocol == ICMPV6;
  }

  /** Tells whether a message is an error or a reply to another. */
  public static boolean isAnswer(int protocol, int type) {
    return protocol == ICMP ? isAnswer4(type) : isAnswer6(type);
  }

  /** Tells whether a message is of an exchange of echoes, which has two sides like a connection. */
  public static boolean isEcho(int protocol, int type) {
    return protocol == ICMP ? type == 8 || type == 0 : type == 128 || type == 129;
  }

  private static boolean isAnswer4(int type) {
    return switch (type) {
      case 0, 3, 4, 5, 9, 11, 12, 14, 16, 18 -> true;
      default -> false;
    };
  }

  private static boolean isAnswer6(int type) {
    return switch (type) {
      case 129, 131, 132, 134, 136, 137, 140, 143 -> true;
      default -> type < ICMPV6_INFORMATIONAL;
    };
  }
}
