package io.flowlog.agent.capture;

import java.util.List;

/**
 * Settings of the capture.
 *
 * @param excludeAddresses networks in CIDR form whose packets are in no record
 * @param wirePackets whether a super-packet counts as the packets into which it is cut on the wire;
 *     otherwise as one
 * @param rings memory for what the kernel captures until it is read
 * @param drops whether the kernel tells what the host drops
 * @param nflog which firewalls tell it otherwise
 * @param conntrack whether conntrack is asked about translated and older connections
 */
public record CaptureConfig(
    List<String> excludeAddresses,
    boolean wirePackets,
    RingSettings rings,
    DropConfig drops,
    NflogConfig nflog,
    ConntrackConfig conntrack) {
  /** For so many logging ports the least ring is kept free, whatever the first ones take. */
  public static final int RING_PORTS = 512;

  /** The least that a ring is made of. */
  public static final int RING_BLOCKS_MIN = 4;

  public static final long RING_BYTES_MIN = 1L << 20;
  public static final long RING_BYTES_MAX = 1L << 36;
  public static final long BLOCK_BYTES_MIN = 1L << 14;
  public static final long BLOCK_BYTES_MAX = 1L << 22;

  public CaptureConfig {
    excludeAddresses = List.copyOf(excludeAddresses);
  }

  /**
   * Returns the settings of a host that says nothing: the instance metadata service is left out.
   */
  public static CaptureConfig defaults() {
    return new CaptureConfig(
        List.of("169.254.169.0/24"),
        true,
        new RingSettings(256L << 20, 64L << 10),
        DropConfig.defaults(),
        NflogConfig.defaults(),
        ConntrackConfig.defaults());
  }

  /**
   * The memory of packet rings.
   *
   * @param totalBytes of all rings together
   * @param blockBytes what changes hands between kernel and agent at once, a power of two
   */
  public record RingSettings(long totalBytes, long blockBytes) {
    /** Returns how much the smallest ring takes. */
    public long leastBytes() {
      return RING_BLOCKS_MIN * blockBytes;
    }
  }
}
