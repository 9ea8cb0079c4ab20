package io.flowlog.agent.flow;

/**
 * A hash that nobody outside can steer: 64 x 64 to 128 bit multiplications, folded, with secret
 * operands. It is not linear, so packets made to collide under one key do not under another.
 */
public final class KeyedHash {
  private final long secret0;
  private final long secret1;
  private final long secret2;
  private final long secret3;

  /** Makes a hash; two of the same seed agree. */
  public KeyedHash(long seed) {
    secret0 = spread(seed);
    secret1 = spread(secret0);
    secret2 = spread(secret1);
    secret3 = spread(secret2) | 1;
  }

  /** Returns the hash of two words. */
  public long of(long first, long second) {
    return fold(fold(first ^ secret0, second ^ secret1) ^ secret2, secret3);
  }

  /** Returns a fingerprint of two IPv6 addresses, order counts. */
  long ofAddresses(long localHigh, long localLow, long remoteHigh, long remoteLow) {
    return fold(localHigh ^ secret1, localLow ^ secret2)
        ^ Long.rotateLeft(fold(remoteHigh ^ secret2, remoteLow ^ secret0), 32);
  }

  private static long fold(long first, long second) {
    return Math.multiplyHigh(first, second) ^ first * second;
  }

  /** One step of a well-mixing generator: turns close seeds into distant secrets. */
  private static long spread(long value) {
    long mixed = value + 0x9e37_79b9_7f4a_7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d0_49bb_1331_11ebL;
    return mixed ^ mixed >>> 31;
  }
}
