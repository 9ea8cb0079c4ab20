package io.flowlog.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A drop program at work, and what it has told, added up over time; owned by one test. */
final class DropWatch implements AutoCloseable {
  static final Set<String> REASONS =
      Set.of(
          "NETFILTER_DROP",
          "TC_INGRESS",
          "TC_EGRESS",
          "IP_INHDR",
          "MAC_INVALID_SOURCE",
          "FRAG_REASM_TIMEOUT");

  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(20);
  private static final int ICMPV6 = 58;

  /** Behind the echo's: membership, routers, neighbours. */
  private static final int FIRST_NEIGHBOUR_TYPE = 130;

  private static final String[] PROTOCOLS = {"icmp=1", "tcp=6", "udp=17", "icmpv6=58"};

  private final DropReasons reasons;
  private final DropProgram program;
  private final Map<String, long[]> totals = new TreeMap<>();
  private final long[] all = new long[3];
  private final long[] overflow = new long[3];

  DropWatch(DropSizes sizes) throws NativeException {
    program = DropProgram.open(sizes, REASONS, true);
    reasons = program.reasons();
    program.setDevices(Set.of(DropHost.tap(1), DropHost.tap(2), DropHost.tap(3)));
  }

  DropProgram program() {
    return program;
  }

  /** Forgets what there was. */
  void clear() throws NativeException {
    read();
    totals.clear();
    Arrays.fill(all, 0);
    Arrays.fill(overflow, 0);
  }

  /** Adds what has come; an entry in words is its flow, and its numbers are added up. */
  void read() throws NativeException {
    DropEntries entries = program.collect();
    while (entries.next()) {
      if (isNeighbourTalk(entries)) {
        continue;
      }
      add(entries.isOverflow() ? overflow : all, entries);
      String flow = entries.isOverflow() ? overflowText(entries) : text(entries);
      add(totals.computeIfAbsent(flow, unused -> new long[4]), entries);
    }
  }

  /** What the machines' kernels tell their neighbours whenever they like. */
  private static boolean isNeighbourTalk(DropEntries entries) {
    return !entries.isOverflow()
        && entries.protocol() == ICMPV6
        && entries.sourcePort() >= FIRST_NEIGHBOUR_TYPE;
  }

  private static void add(long[] sums, DropEntries entries) {
    sums[0] += entries.frames();
    sums[1] += entries.packets();
    sums[2] += entries.bytes();
    if (sums.length > 3) {
      sums[3] |= entries.tcpFlags();
    }
  }

  /** Waits until so many packets have been dropped. */
  void await(long packets) throws Exception {
    long endNs = System.nanoTime() + WAIT_NS;
    while (packets() < packets && System.nanoTime() < endNs) {
      read();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Returns the entries as text, once so many packets are among them; all others are forgotten. */
  List<String> drops(long packets) throws Exception {
    await(packets);
    List<String> lines = new ArrayList<>();
    totals.forEach(
        (flow, sums) -> {
          String flags = sums[3] == 0 ? "" : " flags " + sums[3];
          lines.add(flow + ": " + sums[0] + "/" + sums[1] + "/" + sums[2] + flags);
        });
    clear();
    return lines;
  }

  private String text(DropEntries entries) {
    String version = entries.ipVersion() == 4 ? "v4 " : entries.ipVersion() == 6 ? "v6 " : "? ";
    return reasons.nameOf(entries.reason())
        + " "
        + devices(entries)
        + " "
        + version
        + protocol(entries.protocol())
        + (entries.vlan() == 0 ? "" : " vlan " + entries.vlan())
        + " "
        + address(entries.sourceLow(), entries.sourcePort(), entries)
        + ">"
        + address(entries.destinationLow(), entries.destinationPort(), entries)
        + traits(entries);
  }

  private static String address(long low, int number, DropEntries entries) {
    // an identification is a number that nobody knows before
    return (low & 0xff) + ":" + (entries.isLaterFragment() ? "?" : number);
  }

  private static String overflowText(DropEntries entries) {
    return "overflow " + devices(entries);
  }

  private static String devices(DropEntries entries) {
    return name(entries.inputInterface()) + ">" + name(entries.outputInterface());
  }

  private static String name(int index) {
    return switch (index) {
      case 0 -> "-";
      case DropHost.BRIDGE -> "br0";
      case DropHost.OUTSIDE -> "out";
      default -> "tap" + (index - DropHost.BRIDGE);
    };
  }

  private static String protocol(int number) {
    for (String protocol : PROTOCOLS) {
      if (protocol.endsWith("=" + number)) {
        return protocol.substring(0, protocol.indexOf('='));
      }
    }
    return Integer.toString(number);
  }

  private static String traits(DropEntries entries) {
    return (entries.isFromHost() ? " from host" : "")
        + (entries.isRouted() ? " routed" : "")
        + (entries.isAtBridge() ? " at bridge" : "")
        + (entries.isLaterFragment() ? " later fragment" : "")
        + (entries.isWithoutLayer4() ? " no layer 4" : "")
        + (entries.isWithoutDevice() && !entries.isFromHost() ? " no device" : "")
        + ((entries.destinationMac() & 1L << 40) != 0 ? " group" : "");
  }

  /** Returns how many packets were told of, with their flow or as overflow. */
  long packets() {
    return all[1] + overflow[1];
  }

  long frames() {
    return all[0] + overflow[0];
  }

  long bytes() {
    return all[2] + overflow[2];
  }

  long overflowPackets() {
    return overflow[1];
  }

  /** Returns how many packets an entry in words has told of. */
  long told(String flow) {
    long[] sums = totals.get(flow);
    return sums == null ? 0 : sums[1];
  }

  int flows() {
    return totals.size();
  }

  @Override
  public void close() {
    program.close();
  }
}
