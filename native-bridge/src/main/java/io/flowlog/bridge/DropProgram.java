package io.flowlog.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The program in the kernel that adds up dropped packets, and its maps; owned by one thread.
 *
 * <p>It runs for the network namespace of the thread that opens it. There are two maps: {@link
 * #collect} makes the kernel write to the other one, waits until nobody writes to the first any
 * more, and offers that to be read. So no packet is missed or counted twice, and all that were
 * dropped before the call are in it.
 */
public final class DropProgram implements AutoCloseable {
  private static final String IMAGE = "drops.o";
  private static final String NAME = "flowlog_drop";
  private static final Path NAMESPACE = Path.of("/proc/thread-self/ns/net");

  /** Fragments that wait for the rest have no device any more when they are given up. */
  private static final Set<String> WITHOUT_DEVICE = Set.of("FRAG_REASM_TIMEOUT");

  private final BpfObject object;
  private final DropReasons reasons;
  private final int network;
  private final boolean wirePackets;
  private final MonotonicClock clock = new MonotonicClock();
  private final ByteBuffer key = BpfObject.memory(DropLayout.KEY_BYTES);
  private final ByteBuffer word = BpfObject.memory(Integer.BYTES);
  private final ByteBuffer control = BpfObject.memory(DropLayout.CONTROL_BYTES);
  private final ByteBuffer lost = BpfObject.memory(DropLayout.LOST_BYTES);
  private final Set<Integer> devices = new HashSet<>();
  private final int devicesMap;
  private final int controlMap;
  private final int lostMap;
  private final int newsMap;
  private final DropSide drops;
  private final DropSide overflow;
  private final DropEntries entries = new DropEntries(this::fill);

  /** Whether all that the last call collected was read. */
  private boolean drained;

  private boolean news;

  private DropProgram(BpfObject object, DropReasons reasons, boolean wirePackets)
      throws NativeException {
    this.object = object;
    this.reasons = reasons;
    this.wirePackets = wirePackets;
    network = networkNamespace();
    devicesMap = object.map("devices");
    controlMap = object.map("control");
    lostMap = object.map("lost");
    newsMap = object.map("news");
    drops = new DropSide(object, 0, "drops_a", "drops_b");
    overflow = new DropSide(object, 1, "overflow_a", "overflow_b");
  }

  /**
   * Lets the program run from now on, for no device yet.
   *
   * @param wanted names of the reasons that count; those that this kernel does not know are left
   *     out
   * @param wirePackets whether a super-packet counts as the packets into which it is cut on the
   *     wire; otherwise as one
   */
  public static DropProgram open(DropSizes sizes, Collection<String> wanted, boolean wirePackets)
      throws NativeException {
    List<String> missing = DropSupport.ofHost().missing();
    if (!missing.isEmpty()) {
      throw new NativeException(missing.get(0));
    }
    DropReasons reasons = DropReasons.ofKernel();
    BpfObject object = BpfObject.open(image());
    try {
      load(object, sizes);
      DropProgram program = new DropProgram(object, reasons, wirePackets);
      program.want(wanted);
      program.writeControl();
      object.attach(NAME);
      return program;
    } catch (NativeException e) {
      object.close();
      throw e;
    }
  }

  private static byte[] image() {
    try (InputStream stream = DropProgram.class.getResourceAsStream(IMAGE)) {
      return Objects.requireNonNull(stream, IMAGE).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void load(BpfObject object, DropSizes sizes) throws NativeException {
    object.setEntries("drops_a", sizes.entries());
    object.setEntries("drops_b", sizes.entries());
    object.setEntries("overflow_a", sizes.overflowEntries());
    object.setEntries("overflow_b", sizes.overflowEntries());
    object.setEntries("devices", sizes.devices());
    object.load();
  }

  /** Returns the number by which the kernel tells network namespaces apart. */
  private static int networkNamespace() {
    try {
      String link = Files.readSymbolicLink(NAMESPACE).toString();
      return Integer.parseUnsignedInt(link.replaceAll("[^0-9]", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void want(Collection<String> names) throws NativeException {
    int classes = object.map("classes");
    for (String name : names) {
      int number = reasons.numberOf(name).orElse(0);
      int place = number & 0xffff;
      if (number != 0 && place < DropLayout.REASONS_PER_GROUP) {
        boolean alone = WITHOUT_DEVICE.contains(name);
        word.putInt(0, alone ? DropLayout.CLASS_COUNTED_WITHOUT_DEVICE : DropLayout.CLASS_COUNTED);
        key.putInt(0, number >>> 16 == 0 ? place : place + DropLayout.REASONS_PER_GROUP);
        object.put(classes, key, word);
      }
    }
  }

  /** Tells the program what it needs to know; the clock may have been set since. */
  private void writeControl() throws NativeException {
    control.putLong(DropLayout.CONTROL_CLOCK_OFFSET_AT, clock.offsetNs());
    control.putInt(DropLayout.CONTROL_NETWORK_AT, network);
    control.putInt(DropLayout.CONTROL_OVS_SUBSYSTEM_AT, reasons.ovsSubsystem());
    control.putInt(DropLayout.CONTROL_UNCUT_AT, wirePackets ? 0 : 1);
    object.put(controlMap, key.putInt(0, 0), control);
  }

  /** Returns what the numbers of the reasons mean. */
  public DropReasons reasons() {
    return reasons;
  }

  /**
   * Replaces the devices that are watched: packets count that came in there, were to leave there,
   * or were there.
   *
   * @param interfaces their indexes, at most as many as the sizes say
   */
  public void setDevices(Set<Integer> interfaces) throws NativeException {
    for (int device : Set.copyOf(devices)) {
      if (!interfaces.contains(device)) {
        object.remove(devicesMap, key.putInt(0, device));
        devices.remove(device);
      }
    }
    for (int device : interfaces) {
      if (!devices.contains(device)) {
        object.put(devicesMap, key.putInt(0, device), word.putInt(0, 1));
        devices.add(device);
      }
    }
  }

  /**
   * Returns what was dropped since the last call, up to now. Where anything was, this waits for
   * every processor to pass a quiet point, which takes some hundredths of a second. What the last
   * call returned should have been read to its end: the rest comes with one of the next calls.
   */
  public DropEntries collect() throws NativeException {
    writeControl();
    overflow.finish();
    entries.restart();
    news = takeNews();
    if (news || !drained) {
      drained = false;
      drops.swap();
    } else {
      drops.finish();
    }
    return entries;
  }

  /** Tells whether anything had been dropped when it was last collected. */
  public boolean hasNews() {
    return news;
  }

  private boolean takeNews() throws NativeException {
    object.get(newsMap, key.putInt(0, 0), word);
    boolean told = word.getInt(0) != 0;
    if (told) {
      object.put(newsMap, key, word.putInt(0, 0));
    }
    return told;
  }

  private boolean fill(BpfBatch batch) throws NativeException {
    if (drained) {
      return false;
    }
    boolean filled = takeFrom(batch);
    drained = !filled;
    return filled;
  }

  private boolean takeFrom(BpfBatch batch) throws NativeException {
    if (drops.take(batch)) {
      return true;
    }
    if (!overflow.isOffered()) {
      if (overflow.isEmpty(key)) {
        return false;
      }
      overflow.swap();
      batch.restart();
    }
    return overflow.take(batch);
  }

  /** Returns how many packets found no place even as overflow since the program was opened. */
  public long lostPackets() throws NativeException {
    return lost(DropLayout.LOST_PACKETS_AT);
  }

  /** Returns how many bytes of IP they had. */
  public long lostBytes() throws NativeException {
    return lost(DropLayout.LOST_IP_BYTES_AT);
  }

  private long lost(int offset) throws NativeException {
    object.get(lostMap, key.putInt(0, 0), lost);
    return lost.getLong(offset);
  }

  /**
   * Returns how many drops were not looked at because they interrupted the program; any of the
   * kernel's drops, not only of watched devices.
   */
  public long recursionMisses() throws NativeException {
    return object.recursionMisses(NAME);
  }

  /** Ends the program and frees its maps. */
  @Override
  public void close() {
    object.close();
  }
}
