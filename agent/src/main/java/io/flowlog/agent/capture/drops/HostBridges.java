package io.flowlog.agent.capture.drops;

import io.flowlog.agent.capture.drops.DropEntry.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Says of dropped packets what the host's bridges meant to do with them: owned by the thread that
 * collects them, since it reads files of the kernel.
 *
 * <p>That a packet shares its bytes with others does not make it one of a flood: whoever listens at
 * an interface makes it so. What the bridge has learned of the receiver tells. It reads that as
 * files because these need no lock that changes of interfaces need, too.
 *
 * <p>Where a bridge leaves out ports that do not want a group (multicast snooping), it counts these
 * as receivers all the same: what nobody else got is then not known to be lost.
 */
public final class HostBridges {
  /** Where the kernel shows interfaces. */
  public static final Path INTERFACES = Path.of("/sys/class/net");

  /** Interfaces come and go seldom, and there can be hundreds. */
  private static final long PORTS_VALID_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long GROUP_BIT = 1L << 40;
  private static final long BROADCAST = 0xffff_ffff_ffffL;
  private static final String FORWARDING = "3";

  /** struct __fdb_entry. */
  private static final int LEARNED_BYTES = 16;

  private static final int LEARNED_PER_READ = 256;

  private static final int LEARNED_PORT_AT = 6;
  private static final int LEARNED_LOCAL_AT = 7;
  private static final int LEARNED_PORT_HIGH_AT = 12;

  private final Path interfaces;
  private final Map<Integer, Bridge> byInterface = new HashMap<>();
  private long portsReadNs;
  private boolean portsKnown;

  /** A bridge, with what it has learned in one collection. */
  private static final class Bridge {
    final Path folder;
    final List<BridgePort> ports = new ArrayList<>();
    final Map<Long, Set<Integer>> learned = new HashMap<>();

    /** How many there are, by the port where packets come in and by what kind they are of. */
    final Map<Long, Integer> receivers = new HashMap<>();

    boolean parted;
    boolean learnedKnown;

    Bridge(Path folder) {
      this.folder = folder;
    }
  }

  private record BridgePort(
      int number,
      int interfaceIndex,
      boolean isolated,
      boolean getsUnknown,
      boolean getsGroups,
      boolean getsBroadcasts) {
    boolean gets(long mac) {
      if (mac == BROADCAST) {
        return getsBroadcasts;
      }
      return (mac & GROUP_BIT) == 0 ? getsUnknown : getsGroups;
    }
  }

  /** Makes one that reads when it is asked, from {@link #INTERFACES} but for tests. */
  public HostBridges(Path interfaces) {
    this.interfaces = interfaces;
  }

  /** Forgets what bridges had learned: a collection begins. */
  public void startCollection(long nowNs) {
    if (nowNs - portsReadNs >= PORTS_VALID_NS) {
      portsKnown = false;
    }
    byInterface.values().forEach(bridge -> bridge.learnedKnown = false);
  }

  /** Writes into all entries of a batch which way their packets were to go. */
  public void mark(DropBatch batch, long nowNs) {
    for (int i = 0; i < batch.size(); i++) {
      DropEntry entry = batch.at(i);
      entry.receivers = 0;
      entry.way = mayBeFlooded(entry) ? wayOf(entry, nowNs) : Way.CHOSEN;
    }
  }

  private static boolean mayBeFlooded(DropEntry entry) {
    return !entry.overflow
        && entry.isAtBridgePort()
        && (entry.copy || entry.maybeCopy || entry.isForGroup());
  }

  private Way wayOf(DropEntry entry, long nowNs) {
    try {
      readPorts(nowNs);
      Bridge bridge = byInterface.get(entry.outputInterface);
      return bridge == null ? Way.UNKNOWN : wayOver(bridge, entry);
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      // something goes just now: the next collection will see
      byInterface.clear();
      portsReadNs = nowNs - PORTS_VALID_NS;
      portsKnown = true;
      return Way.UNKNOWN;
    }
  }

  private static Way wayOver(Bridge bridge, DropEntry entry) throws IOException {
    if (!entry.isForGroup()) {
      readLearned(bridge);
      Set<Integer> places = bridge.learned.getOrDefault(entry.destinationMac, Set.of());
      if (!places.isEmpty()) {
        return places.contains(entry.outputInterface) ? Way.CHOSEN : Way.ELSEWHERE;
      }
    }
    entry.receivers = bridge.parted ? 0 : receivers(bridge, entry);
    return entry.receivers == 0 ? Way.UNKNOWN : Way.FLOODED;
  }

  private static int receivers(Bridge bridge, DropEntry entry) {
    int kind = entry.destinationMac == BROADCAST ? 2 : entry.isForGroup() ? 1 : 0;
    return bridge.receivers.computeIfAbsent(
        (long) entry.inputInterface << 2 | kind, any -> countReceivers(bridge, entry));
  }

  private static int countReceivers(Bridge bridge, DropEntry entry) {
    boolean isolated =
        bridge.ports.stream()
            .anyMatch(port -> port.interfaceIndex == entry.inputInterface && port.isolated);
    return (int)
        bridge.ports.stream()
            .filter(port -> port.interfaceIndex != entry.inputInterface)
            .filter(port -> port.gets(entry.destinationMac) && !(isolated && port.isolated))
            .count();
  }

  private void readPorts(long nowNs) throws IOException {
    if (portsKnown) {
      return;
    }
    byInterface.clear();
    for (Path folder : list(interfaces)) {
      if (Files.exists(folder.resolve("brforward"))) {
        readBridge(new Bridge(folder));
      }
    }
    portsReadNs = nowNs;
    portsKnown = true;
  }

  private void readBridge(Bridge bridge) throws IOException {
    Path filtering = bridge.folder.resolve("bridge/vlan_filtering");
    bridge.parted = Files.exists(filtering) && !word(filtering).equals("0");
    for (Path folder : list(bridge.folder.resolve("brif"))) {
      int index = number(interfaces.resolve(folder.getFileName()).resolve("ifindex"));
      byInterface.put(index, bridge);
      if (word(folder.resolve("state")).equals(FORWARDING)) {
        bridge.ports.add(readPort(folder, index));
      }
    }
  }

  private static BridgePort readPort(Path folder, int index) throws IOException {
    return new BridgePort(
        number(folder.resolve("port_no")),
        index,
        isSet(folder, "isolated", false),
        isSet(folder, "unicast_flood", true),
        isSet(folder, "multicast_flood", true),
        isSet(folder, "broadcast_flood", true));
  }

  /** Older kernels lack some of these. */
  private static boolean isSet(Path folder, String name, boolean otherwise) throws IOException {
    try {
      return word(folder.resolve(name)).equals("1");
    } catch (NoSuchFileException e) {
      return otherwise;
    }
  }

  /** The kernel writes whole records only: to who asks for less it says that there are none. */
  private static void readLearned(Bridge bridge) throws IOException {
    if (bridge.learnedKnown) {
      return;
    }
    bridge.learned.clear();
    try (FileChannel table = FileChannel.open(bridge.folder.resolve("brforward"))) {
      ByteBuffer records = ByteBuffer.allocate(LEARNED_PER_READ * LEARNED_BYTES);
      while (table.read(records) > 0) {
        learn(bridge, records.flip());
        records.clear();
      }
    }
    bridge.learnedKnown = true;
  }

  private static void learn(Bridge bridge, ByteBuffer records) {
    for (int at = 0; at + LEARNED_BYTES <= records.limit(); at += LEARNED_BYTES) {
      if (records.get(at + LEARNED_LOCAL_AT) == 0) {
        int low = records.get(at + LEARNED_PORT_AT) & 0xff;
        int number = (records.get(at + LEARNED_PORT_HIGH_AT) & 0xff) << 8 | low;
        learn(bridge, records.getLong(at) >>> Short.SIZE, number);
      }
    }
  }

  private static void learn(Bridge bridge, long mac, int number) {
    for (BridgePort port : bridge.ports) {
      if (port.number == number) {
        bridge.learned.computeIfAbsent(mac, any -> new HashSet<>()).add(port.interfaceIndex);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static String word(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** The kernel writes some in hexadecimal. */
  private static int number(Path file) throws IOException {
    return Integer.decode(word(file));
  }
}
