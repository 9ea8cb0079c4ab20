package io.flowlog.agent.port;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads and writes IP addresses as text, without ever asking a name service. */
public final class IpAddress {
  private static final int GROUPS = 8;

  private IpAddress() {}

  /** Returns the canonical text of an address (RFC 5952 for IPv6). */
  public static String canonical(String text) throws FieldException {
    byte[] address = parse(text);
    if (address != null) {
      return format(address);
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not an IP address",
        text.indexOf('/') > 0
            ? "write the address alone, without a prefix length"
            : "write it like 10.0.0.5 or 2001:db8::5");
  }

  /** Returns the canonical text of a network in CIDR form; an address alone is a network of one. */
  public static String canonicalNetwork(String text) throws FieldException {
    int slash = text.indexOf('/');
    byte[] address = parse(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not a network",
          "write it like 10.0.0.0/8 or 2001:db8::/32");
    }
    int bits = address.length * 8;
    int prefixBits = slash < 0 ? bits : number(text.substring(slash + 1), bits);
    if (prefixBits < 0) {
      throw new FieldException(
          FieldProblem.quote(text) + " has no valid prefix length",
          "write a number from 0 to " + bits + " after the slash");
    }
    byte[] network = masked(address, prefixBits);
    String canonical = format(network) + "/" + prefixBits;
    if (!Arrays.equals(network, address)) {
      throw new FieldException(
          FieldProblem.quote(text) + " has bits set behind its prefix", "write " + canonical);
    }
    return canonical;
  }

  /** Returns the 4 or 16 bytes of an address, or null if the text is none. */
  public static byte @Nullable [] parse(String text) {
    return text.indexOf(':') < 0 ? parse4(text) : parse6(text);
  }

  private static byte @Nullable [] parse4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return null;
    }
    byte[] address = new byte[4];
    for (int i = 0; i < 4; i++) {
      int part = number(parts[i], 255);
      if (part < 0) {
        return null;
      }
      address[i] = (byte) part;
    }
    return address;
  }

  /** Returns a decimal number; -1 if there is another sign, a leading zero, or it is too large. */
  private static int number(String digits, int max) {
    boolean isPlain = !digits.isEmpty() && digits.length() <= 3;
    for (int i = 0; i < digits.length(); i++) {
      isPlain &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!isPlain || (digits.length() > 1 && digits.charAt(0) == '0')) {
      return -1;
    }
    int value = Integer.parseInt(digits);
    return value <= max ? value : -1;
  }

  private static byte @Nullable [] parse6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] whole = groups(text, true);
      return whole != null && whole.length == 2 * GROUPS ? whole : null;
    }
    byte[] head = groups(text.substring(0, gap), false);
    byte[] tail = groups(text.substring(gap + 2), true);
    if (head == null || tail == null || head.length + tail.length > 2 * (GROUPS - 1)) {
      return null;
    }
    byte[] address = Arrays.copyOf(head, 2 * GROUPS);
    System.arraycopy(tail, 0, address, 2 * GROUPS - tail.length, tail.length);
    return address;
  }

  /** Returns the bytes of colon-separated groups, the last of which may be an IPv4 address. */
  private static byte @Nullable [] groups(String text, boolean mayEndInIpv4) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] groups = text.split(":", -1);
    byte[] bytes = new byte[2 * groups.length + 2];
    int length = 0;
    for (int i = 0; i < groups.length; i++) {
      if (mayEndInIpv4 && i == groups.length - 1 && groups[i].indexOf('.') > 0) {
        byte[] ipv4 = parse4(groups[i]);
        if (ipv4 == null) {
          return null;
        }
        System.arraycopy(ipv4, 0, bytes, length, 4);
        length += 4;
      } else {
        int group = hexadecimal(groups[i]);
        if (group < 0) {
          return null;
        }
        bytes[length++] = (byte) (group >> 8);
        bytes[length++] = (byte) group;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int hexadecimal(String digits) {
    if (digits.isEmpty() || digits.length() > 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static byte[] masked(byte[] address, int prefixBits) {
    byte[] network = address.clone();
    for (int i = 0; i < network.length; i++) {
      int kept = Math.max(0, Math.min(8, prefixBits - 8 * i));
      network[i] &= (byte) (0xff00 >> kept);
    }
    return network;
  }

  /** Returns the canonical text of the 4 or 16 bytes of an address. */
  public static String format(byte[] address) {
    if (address.length == 4) {
      return dotted(address, 0);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
    }
    int gapStart = longestRunOfZeroes(groups);
    int gapEnd = gapStart + (gapStart < 0 ? 0 : runOfZeroes(groups, gapStart));
    if (gapStart == 0 && gapEnd == 5 && groups[5] == 0xffff) {
      return "::ffff:" + dotted(address, 12);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i = gapEnd - 1;
      } else {
        text.append(i == 0 || i == gapEnd ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static String dotted(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff)
        + "."
        + (bytes[offset + 1] & 0xff)
        + "."
        + (bytes[offset + 2] & 0xff)
        + "."
        + (bytes[offset + 3] & 0xff);
  }

  /** Returns where the first of the longest runs of two or more zero groups starts, or -1. */
  private static int longestRunOfZeroes(int[] groups) {
    int start = -1;
    int longest = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = runOfZeroes(groups, i);
      if (run > longest) {
        start = i;
        longest = run;
      }
    }
    return start;
  }

  private static int runOfZeroes(int[] groups, int start) {
    int end = start;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end - start;
  }
}
