package io.flowlog.agent.capture;

import org.jspecify.annotations.Nullable;

/** The framing below the IP header, by its registered LINKTYPE number. */
public enum LinkType {
  /** Ethernet II and 802.3. */
  ETHERNET,
  /** BSD loopback: a 4-byte address family in the byte order of the capturing host. */
  NULL,
  /** OpenBSD loopback: a 4-byte address family in network byte order. */
  LOOP,
  /** An IP header of either version comes first. */
  RAW,
  /** Linux cooked capture, 16-byte header. */
  LINUX_SLL,
  /** Linux cooked capture version 2, 20-byte header. */
  LINUX_SLL2,
  /** PPP with or without HDLC-like framing. */
  PPP;

  /** Returns the link type of a capture file's number, or null if we cannot read that framing. */
  public static @Nullable LinkType ofNumber(int number) {
    return switch (number) {
      case 0 -> NULL;
      case 1 -> ETHERNET;
      case 9, 50 -> PPP;
      case 12, 14, 101, 228, 229 -> RAW;
      case 108 -> LOOP;
      case 113 -> LINUX_SLL;
      case 276 -> LINUX_SLL2;
      default -> null;
    };
  }
}
