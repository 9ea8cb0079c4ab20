package io.flowlog.agent.capture.conntrack;

import io.flowlog.bridge.TrackedConnection;
import java.security.SecureRandom;

/**
 * What packets carry that go one way. Immutable.
 *
 * @param sourceHigh 0 for IPv4, whose addresses are in the lower half
 * @param sourcePort 0 of protocols without ports
 */
public record Tuple(
    boolean ipv6,
    int protocol,
    long sourceHigh,
    long sourceLow,
    long destinationHigh,
    long destinationLow,
    int sourcePort,
    int destinationPort) {
  /** Tenants choose addresses and ports: not also the places that they have in a table. */
  private static final long SEED = new SecureRandom().nextLong();

  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  static Tuple of(TrackedConnection.Way way, boolean ipv6) {
    return new Tuple(
        ipv6,
        way.protocol(),
        way.sourceHigh(),
        way.sourceLow(),
        way.destinationHigh(),
        way.destinationLow(),
        way.sourcePort(),
        way.destinationPort());
  }

  /** Returns what the packets carry that go the other way. */
  public Tuple reverse() {
    return new Tuple(
        ipv6,
        protocol,
        destinationHigh,
        destinationLow,
        sourceHigh,
        sourceLow,
        destinationPort,
        sourcePort);
  }

  @Override
  public int hashCode() {
    long mixed = mix(SEED ^ sourceHigh, sourceLow);
    mixed = mix(mixed ^ destinationHigh, destinationLow);
    mixed = mix(mixed, (long) protocol << 32 | (long) sourcePort << 16 | destinationPort);
    return (int) (mixed >>> 32);
  }

  /** Two halves of a product depend on all bits of both factors. */
  private static long mix(long state, long value) {
    long one = state ^ value;
    long other = (value ^ SEED) * MULTIPLIER | 1;
    return one * other ^ Math.multiplyHigh(one, other);
  }
}
