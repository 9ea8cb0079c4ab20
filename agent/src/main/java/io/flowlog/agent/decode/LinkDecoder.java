package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Frame;
import java.nio.ByteBuffer;

/**
 * Finds the outermost IP header behind whatever the link layer puts before it.
 *
 * <p>Owned by a {@link FrameDecoder}. The fields hold the answer to the last call.
 */
final class LinkDecoder {
  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int SLL_HEADER_BYTES = 16;
  private static final int SLL2_HEADER_BYTES = 20;

  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_IPV6 = 0x86dd;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TYPE_VLAN_SERVICE = 0x88a8;
  private static final int TYPE_VLAN_OLD = 0x9100;
  private static final int TYPE_MPLS = 0x8847;
  private static final int TYPE_MPLS_MULTICAST = 0x8848;
  private static final int TYPE_PPPOE_SESSION = 0x8864;
  private static final int TYPE_MINIMUM = 0x600;

  private static final int PPP_IPV4 = 0x21;
  private static final int PPP_IPV6 = 0x57;
  private static final int PPP_ADDRESS_CONTROL = 0xff03;

  /** Every protocol number below an odd first byte may be sent in that one byte. */
  private static final int PPP_COMPRESSED_BIT = 1;

  private static final int TAGS_MAX = 8;
  private static final int LABELS_MAX = 16;
  private static final int VLAN_MASK = 0xfff;

  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);
  private int end;
  private int ipOffset;
  private boolean ipv6;
  private int vlan;
  private boolean outermostVlanKnown;

  /** Returns where the IP header starts. */
  int ipOffset() {
    return ipOffset;
  }

  /** Tells which IP version the link layer announced. */
  boolean isIpv6() {
    return ipv6;
  }

  /** Returns the outermost VLAN, 0 for none. */
  int vlan() {
    return vlan;
  }

  /** Looks for the IP header; {@link FrameOutcome#PACKET} if it is there. */
  FrameOutcome findIp(Frame frame) {
    buffer = frame.buffer;
    int at = frame.offset;
    end = at + frame.capturedBytes;
    vlan = Math.max(frame.strippedVlan, 0);
    outermostVlanKnown = frame.strippedVlan != Frame.NO_VLAN;
    return switch (frame.linkType) {
      case ETHERNET -> ethernet(at);
      case RAW -> byVersion(at);
      case NULL, LOOP -> end - at < 4 ? FrameOutcome.LINK_HEADER_CUT : byVersionOrNothing(at + 4);
      case LINUX_SLL ->
          end - at < SLL_HEADER_BYTES
              ? FrameOutcome.LINK_HEADER_CUT
              : byType(Bytes.u16(buffer, at + 14), at + SLL_HEADER_BYTES);
      case LINUX_SLL2 ->
          end - at < SLL2_HEADER_BYTES
              ? FrameOutcome.LINK_HEADER_CUT
              : byType(Bytes.u16(buffer, at), at + SLL2_HEADER_BYTES);
      case PPP -> ppp(at);
    };
  }

  private FrameOutcome ethernet(int at) {
    if (end - at < ETHERNET_HEADER_BYTES) {
      return FrameOutcome.LINK_HEADER_CUT;
    }
    return byType(Bytes.u16(buffer, at + 12), at + ETHERNET_HEADER_BYTES);
  }

  private FrameOutcome byType(int type, int at) {
    if (type == TYPE_IPV4) {
      return found(false, at);
    }
    if (type == TYPE_IPV6) {
      return found(true, at);
    }
    return byRareType(type, at);
  }

  private FrameOutcome byRareType(int type, int at) {
    return switch (type) {
      case TYPE_VLAN, TYPE_VLAN_SERVICE, TYPE_VLAN_OLD -> vlanTags(at);
      case TYPE_MPLS, TYPE_MPLS_MULTICAST -> mpls(at);
      case TYPE_PPPOE_SESSION -> end - at < 6 ? FrameOutcome.LINK_HEADER_CUT : ppp(at + 6);
      default -> type < TYPE_MINIMUM ? snap(at) : FrameOutcome.NOT_IP;
    };
  }

  private FrameOutcome found(boolean isIpv6, int at) {
    ipv6 = isIpv6;
    ipOffset = at;
    return FrameOutcome.PACKET;
  }

  /** Follows a stack of tags; {@code start} is behind the type field that announced the first. */
  private FrameOutcome vlanTags(int start) {
    int at = start;
    for (int i = 0; i < TAGS_MAX; i++) {
      if (end - at < 4) {
        return FrameOutcome.LINK_HEADER_CUT;
      }
      int tagAndType = Bytes.u32(buffer, at);
      if (i == 0 && !outermostVlanKnown) {
        vlan = tagAndType >>> 16 & VLAN_MASK;
      }
      int type = tagAndType & 0xffff;
      at += 4;
      if (type != TYPE_VLAN && type != TYPE_VLAN_SERVICE && type != TYPE_VLAN_OLD) {
        return byType(type, at);
      }
    }
    return FrameOutcome.LINK_HEADERS_TOO_DEEP;
  }

  private FrameOutcome mpls(int start) {
    int at = start;
    for (int i = 0; i < LABELS_MAX; i++) {
      if (end - at < 4) {
        return FrameOutcome.LINK_HEADER_CUT;
      }
      boolean bottom = (Bytes.u32(buffer, at) & 0x100) != 0;
      at += 4;
      if (bottom) {
        return byVersionOrNothing(at);
      }
    }
    return FrameOutcome.LINK_HEADERS_TOO_DEEP;
  }

  /** Reads a PPP protocol number, with or without HDLC's address and control, long or short. */
  private FrameOutcome ppp(int start) {
    int at = start;
    if (end - at >= 2 && Bytes.u16(buffer, at) == PPP_ADDRESS_CONTROL) {
      at += 2;
    }
    if (end - at < 2) {
      return FrameOutcome.LINK_HEADER_CUT;
    }
    int number = Bytes.u8(buffer, at);
    if ((number & PPP_COMPRESSED_BIT) == 0) {
      number = Bytes.u16(buffer, at);
      at++;
    }
    return switch (number) {
      case PPP_IPV4 -> found(false, at + 1);
      case PPP_IPV6 -> found(true, at + 1);
      default -> FrameOutcome.NOT_IP;
    };
  }

  /** 802.3 with LLC: IP only behind a SNAP header. */
  private FrameOutcome snap(int at) {
    if (end - at < 8 || Bytes.u32(buffer, at) != 0xaaaa0300 || buffer.get(at + 4) != 0) {
      return FrameOutcome.NOT_IP;
    }
    return switch (Bytes.u16(buffer, at + 6)) {
      case TYPE_IPV4 -> found(false, at + 8);
      case TYPE_IPV6 -> found(true, at + 8);
      default -> FrameOutcome.NOT_IP;
    };
  }

  private FrameOutcome byVersion(int at) {
    if (at >= end) {
      return FrameOutcome.IP_HEADER_CUT;
    }
    return switch (Bytes.u8(buffer, at) >>> 4) {
      case 4 -> found(false, at);
      case 6 -> found(true, at);
      default -> FrameOutcome.IP_VERSION_WRONG;
    };
  }

  /** The same where the link layer carries other things too. */
  private FrameOutcome byVersionOrNothing(int at) {
    FrameOutcome outcome = byVersion(at);
    return outcome == FrameOutcome.IP_VERSION_WRONG ? FrameOutcome.NOT_IP : outcome;
  }
}
