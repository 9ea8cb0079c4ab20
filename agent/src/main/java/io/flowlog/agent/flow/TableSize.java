package io.flowlog.agent.flow;

/**
 * How much a connection table may hold.
 *
 * @param unitsMax how many 64-byte units: an IPv4 connection takes one, an IPv6 one two
 * @param entriesExpected what the index is sized for from the start; it grows beyond, with a pause
 * @param hashSeed the secret of the table's hash
 */
public record TableSize(int unitsMax, int entriesExpected, long hashSeed) {
  /** Memory of one unit with its share of an index that is at most half full. */
  public static final int UNIT_BYTES =
      (TableMemory.HOT_WORDS + TableMemory.COLD_WORDS + 2) * Long.BYTES;

  private static final int UNITS_MIN = 64;
  private static final int UNITS_MAX = 1 << 28;

  /** Returns the size of a table that must never pause: everything is there from the start. */
  public static TableSize fixed(long tableBytes, long hashSeed) {
    int units = units(tableBytes);
    return new TableSize(units, units, hashSeed);
  }

  /** Returns the size of a table that takes memory as it needs it, up to a limit. */
  public static TableSize growing(long tableBytesMax, long hashSeed) {
    return new TableSize(units(tableBytesMax), 1, hashSeed);
  }

  private static int units(long bytes) {
    long units = bytes / UNIT_BYTES;
    return (int) Math.max(UNITS_MIN, Math.min(UNITS_MAX, units));
  }
}
