package io.flowlog.agent.decode;

import io.flowlog.agent.capture.LinkType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A second decoder, for comparison: takes the frame apart into arrays, one header after another,
 * with every rule written down where it applies. Ethernet and raw IP only.
 */
final class SlowDecoder {
  /** What the frame tells; ports are -1 where they are not known. */
  record Answer(
      boolean counted,
      int version,
      String source,
      String destination,
      int protocol,
      int sourcePort,
      int destinationPort,
      long bytes,
      int flags,
      int vlan,
      String fragment) {}

  private static final Answer NOT_COUNTED = new Answer(false, 0, "", "", 0, 0, 0, 0, 0, 0, "");

  private final long wireBytes;
  private byte[] rest;
  private int vlan;

  private SlowDecoder(byte[] frame, long wireBytes) {
    rest = frame;
    this.wireBytes = wireBytes;
  }

  static Answer decode(LinkType linkType, byte[] frame, long wireBytes) {
    SlowDecoder decoder = new SlowDecoder(frame, wireBytes);
    if (linkType == LinkType.RAW) {
      boolean isIpv6 = frame.length > 0 && decoder.number(0, 1) / 16 == 6;
      return decoder.ip(isIpv6 ? 6 : 4);
    }
    return decoder.ethernet();
  }

  private int number(int at, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value * 256 + (rest[at + i] & 0xff);
    }
    return value;
  }

  private void drop(int bytes) {
    rest = Arrays.copyOfRange(rest, Math.min(bytes, rest.length), rest.length);
  }

  private Answer ethernet() {
    if (rest.length < 14) {
      return NOT_COUNTED;
    }
    int type = number(12, 2);
    drop(14);
    int tags = 0;
    while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
      if (rest.length < 4 || tags == 8) {
        return NOT_COUNTED;
      }
      vlan = tags++ == 0 ? number(0, 2) % 4096 : vlan;
      type = number(2, 2);
      drop(4);
    }
    return switch (type) {
      case 0x0800 -> ip(4);
      case 0x86dd -> ip(6);
      default -> NOT_COUNTED;
    };
  }

  private Answer ip(int version) {
    int headerBytes = version == 4 ? 20 : 40;
    if (rest.length < headerBytes || number(0, 1) / 16 != version) {
      return NOT_COUNTED;
    }
    return version == 4 ? ipv4() : ipv6();
  }

  private Answer ipv4() {
    int headerBytes = number(0, 1) % 16 * 4;
    long totalBytes = number(2, 2);
    if (totalBytes == 0) {
      totalBytes = wireBytes;
    }
    if (headerBytes < 20 || totalBytes < headerBytes) {
      return NOT_COUNTED;
    }
    String source = hex(12, 4);
    String destination = hex(16, 4);
    int protocol = number(9, 1);
    int offset = number(6, 2) % 8192;
    boolean more = (number(6, 1) & 0x20) != 0;
    drop(headerBytes);
    keep(totalBytes - headerBytes);
    String fragment = offset != 0 ? "later" : more ? "first" : "";
    return layer4(4, source, destination, protocol, totalBytes, fragment);
  }

  private Answer ipv6() {
    long payloadBytes = number(4, 2);
    String source = hex(8, 16);
    String destination = hex(24, 16);
    int protocol = number(6, 1);
    drop(40);
    long left = payloadBytes;
    long jumboBytes = 0;
    String fragment = "";
    while (protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 || protocol == 60) {
      if (rest.length < 8 || fragment.equals("later")) {
        break;
      }
      int bytes = 8 * (number(1, 1) + 1);
      if (protocol == 51) {
        bytes = 4 * (number(1, 1) + 2);
      } else if (protocol == 44) {
        bytes = 8;
        int offset = number(2, 2) / 8;
        fragment = offset != 0 ? "later" : number(3, 1) % 2 == 1 ? "first" : "";
      }
      if (protocol == 0 && payloadBytes == 0) {
        jumboBytes = jumboBytes(Arrays.copyOf(rest, Math.min(bytes, rest.length)));
      }
      protocol = number(0, 1);
      left -= bytes;
      drop(bytes);
    }
    keep(left + jumboBytes);
    return layer4(6, source, destination, protocol, 40 + payloadBytes + jumboBytes, fragment);
  }

  private static long jumboBytes(byte[] header) {
    ByteBuffer options = ByteBuffer.wrap(header).position(2);
    while (options.remaining() >= 2) {
      int type = options.get() & 0xff;
      if (type == 0) {
        continue;
      }
      int bytes = options.get() & 0xff;
      if (bytes > options.remaining()) {
        break;
      }
      if (type == 0xc2 && bytes == 4) {
        return options.getInt() & 0xffff_ffffL;
      }
      options.position(options.position() + bytes);
    }
    return 0;
  }

  /** Cuts off what lies behind the packet's own end. */
  private void keep(long bytes) {
    rest = Arrays.copyOf(rest, (int) Math.max(0, Math.min(rest.length, bytes)));
  }

  private String hex(int at, int bytes) {
    return HexFormat.of().formatHex(rest, at, at + bytes);
  }

  private Answer layer4(
      int version, String source, String destination, int protocol, long bytes, String fragment) {
    boolean readable = !fragment.equals("later");
    int[] ports = {0, 0};
    int flags = 0;
    if (protocol == 1 || protocol == 58) {
      boolean there = readable && rest.length >= 2;
      ports = there ? new int[] {number(0, 1), number(1, 1)} : new int[] {0xffff, 0xffff};
    } else if (readable && rest.length >= 4) {
      ports =
          switch (protocol) {
            case 6, 17, 33, 132, 136 -> new int[] {number(0, 2), number(2, 2)};
            default -> ports;
          };
    }
    if (protocol == 6 && readable && rest.length >= 14 && number(12, 1) / 16 >= 5) {
      flags = number(13, 1);
    }
    return new Answer(
        true,
        version,
        source,
        destination,
        protocol,
        ports[0],
        ports[1],
        bytes,
        flags,
        vlan,
        fragment);
  }
}
