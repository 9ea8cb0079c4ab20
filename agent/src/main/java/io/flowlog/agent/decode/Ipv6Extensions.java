package io.flowlog.agent.decode;

import java.nio.ByteBuffer;

/** The headers that may stand between an IPv6 header and layer 4. */
final class Ipv6Extensions {
  static final int HOP_BY_HOP = 0;
  static final int FRAGMENT = 44;

  private static final int ROUTING = 43;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;

  /** Type and length, which is always 4. */
  private static final int JUMBO_OPTION = 0xc204;

  private static final int PAD1_OPTION = 0;

  private Ipv6Extensions() {}

  static boolean isExtension(int protocol) {
    return switch (protocol) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
      default -> false;
    };
  }

  /** Returns the size of a header other than the fragment header, from its length field. */
  static int headerBytes(int protocol, int lengthField) {
    return protocol == AUTHENTICATION ? (lengthField + 2) * 4 : (lengthField + 1) * 8;
  }

  /** Returns the payload length that a jumbo option in a hop-by-hop header gives, or 0. */
  static long jumboBytes(ByteBuffer buffer, int header, int limit) {
    int at = header + 2;
    while (at + 2 <= limit) {
      int option = Bytes.u8(buffer, at);
      if (option == PAD1_OPTION) {
        at++;
        continue;
      }
      if (at + 6 <= limit && Bytes.u16(buffer, at) == JUMBO_OPTION) {
        return Bytes.u32(buffer, at + 2) & 0xffff_ffffL;
      }
      at += 2 + Bytes.u8(buffer, at + 1);
    }
    return 0;
  }
}
