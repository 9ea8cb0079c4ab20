package io.flowlog.agent.capture;

import java.util.List;

/**
 * What firewalls log by themselves.
 *
 * @param groups the groups of NFLOG that are read; none unless somebody lists them
 */
public record NflogConfig(List<Group> groups) {
  public static final int GROUP_MAX = 65_535;
  public static final long RECEIVE_BYTES_MIN = 1L << 12;
  public static final long RECEIVE_BYTES_MAX = 1L << 30;
  public static final long RECEIVE_BYTES = 1L << 25;

  /** The longest prefix that a firewall writes: nft's; that of iptables is half as long. */
  public static final int PATTERN_BYTES_MAX = 127;

  /** What the firewall does with the packet that it logs. */
  public enum Verdict {
    ACCEPT,
    DROP
  }

  /** Keeps a copy of the groups. */
  public NflogConfig {
    groups = List.copyOf(groups);
  }

  /** Returns the settings of a host that says nothing. */
  public static NflogConfig defaults() {
    return new NflogConfig(List.of());
  }

  /**
   * A group that is read.
   *
   * @param receiveBytes room for messages that wait to be read
   * @param prefixes what the rules write before a packet; the first that fits counts
   */
  public record Group(int number, long receiveBytes, List<Prefix> prefixes) {
    /** Keeps a copy of the prefixes. */
    public Group {
      prefixes = List.copyOf(prefixes);
    }
  }

  /**
   * A rule's prefix.
   *
   * @param pattern the whole prefix, or what it begins with and {@code *}
   * @param direction the only one of the packet's two ways for which it counts: out of the port
   *     where it came in, or into the port where it was to leave; UNKNOWN: both
   */
  public record Prefix(String pattern, Verdict verdict, Direction direction) {
    private static final String OPEN_END = "*";

    /** Tells whether prefixes may go on behind the pattern's text. */
    public boolean isOpen() {
      return pattern.endsWith(OPEN_END);
    }

    /** Returns what prefixes are, or begin with. */
    public String text() {
      return isOpen() ? pattern.substring(0, pattern.length() - 1) : pattern;
    }

    /** Returns what rows call the place where the packet was dropped. */
    public String dropPoint() {
      String name = text().replaceAll("[\\s:;,=-]+$", "");
      return name.isEmpty() ? "NFLOG" : name;
    }

    /** Tells whether every prefix that fits another pattern fits this one, too. */
    public boolean covers(Prefix other) {
      return isOpen() ? other.text().startsWith(text()) : pattern.equals(other.pattern);
    }
  }
}
