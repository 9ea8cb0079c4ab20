package io.flowlog.bridge;

/**
 * For how much the drop program's maps have room. The kernel takes the memory at once, about 200
 * bytes for each entry; entries and overflow are there twice.
 *
 * @param entries flows, by reason and time, between two collections
 * @param overflowEntries pairs of devices, by the second, whose flows found no place meanwhile
 * @param devices devices that can be watched
 */
public record DropSizes(int entries, int overflowEntries, int devices) {
  private static final int MOST = 1 << 22;

  public DropSizes {
    check(entries, "entries");
    check(overflowEntries, "overflow entries");
    check(devices, "devices");
  }

  private static void check(int number, String what) {
    if (number < 1 || number > MOST) {
      throw new IllegalArgumentException(what + " of the drop program out of range: " + number);
    }
  }
}
