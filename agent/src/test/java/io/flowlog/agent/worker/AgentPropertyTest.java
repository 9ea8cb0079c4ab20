package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random loggers over random ports over random conversations, while loggers and ports come and go:
 * what every logger's files say together is what a naive model adds up.
 */
class AgentPropertyTest {
  private static final long UNIT_NS = AgentFixture.UNIT_NS;

  /** A multiple of every interval of 1 to 5 units. */
  private static final long START_NS = 60 * 1_000_000L * UNIT_NS;

  private static final int UNITS = 24;
  private static final long END_NS = START_NS + UNITS * UNIT_NS;
  private static final int CONVERSATIONS = 400;
  private static final int SEEDS = 6 * Integer.getInteger("flowlog.soak", 1);
  private static final String[] PROJECTS = {"a1".repeat(16), "b2".repeat(16)};

  private static final List<String> FIELDS =
      List.of(
          "timestamp_start",
          "timestamp_end",
          "interface_id",
          "direction",
          "protocol",
          "src_addr",
          "dst_addr",
          "src_port",
          "dst_port",
          "packets",
          "bytes",
          "filter",
          "status",
          "lost_packets",
          "drop_point");

  @TempDir Path folder;
  private Random random = new Random(0);
  private final List<Span> spans = new ArrayList<>();
  private final Map<LoggingPort, Absence> absences = new HashMap<>();
  private final List<Loss> losses = new ArrayList<>();

  /** A logger from when it was declared until it was withdrawn. */
  private static final class Span {
    private final FlowLogger logger;
    private final long fromNs;
    private long untilNs = END_NS;

    Span(FlowLogger logger, long fromNs) {
      this.logger = logger;
      this.fromNs = fromNs;
    }

    boolean contains(long timeNs) {
      return timeNs >= fromNs && timeNs < untilNs;
    }
  }

  /** When a port is away. */
  private record Absence(long fromNs, long untilNs) {}

  private record Loss(LoggingPort port, long timeNs, long packets) {}

  /** Something that an operator does. */
  private record Event(long timeNs, Runnable deed) {}

  /** What a row adds up. */
  private static final class Sum {
    long packets;
    long bytes;
    long firstNs = Long.MAX_VALUE;
    long lastNs;

    String text(String key) {
      // Packets that were sent and dropped were seen: which ones, the tap does not know.
      boolean guess = key.contains("egress") && key.contains("ACCEPT");
      String counts = key + ": " + packets + " packets, " + bytes + " bytes";
      return guess ? counts : counts + ", " + firstNs + " to " + lastNs;
    }
  }

  static LongStream seeds() {
    return LongStream.range(1, 1 + SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldGiveEveryLoggerExactlyItsOwn(long seed) throws IOException {
    random = new Random(seed);
    List<LoggingPort> ports = ports();
    List<MadeTraffic.Packet> packets = traffic(ports);
    try (AgentFixture agent = new AgentFixture(folder, START_NS)) {
      agent.ports.addAll(ports);
      for (int i = 0; i < 3; i++) {
        declareTriple(agent, START_NS, i);
      }
      play(agent, packets, events(agent, ports));
      agent.advanceTo(END_NS);
      agent.stop(END_NS);
      for (Span span : spans) {
        assertSame(span, packets, ports, agent.rowsOf(span.logger));
      }
      assertTogether(agent);
      agent.start(END_NS);
    }
  }

  private List<LoggingPort> ports() {
    List<LoggingPort> ports = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ports.add(
          new LoggingPort(
              "tap" + i,
              new UUID(0x4000, i).toString(),
              "02:00:00:00:00:0" + i,
              List.of("10.0.0." + (10 + i)),
              "vm-" + i,
              new UUID(0x5000, i / 2).toString(),
              new UUID(0x6000, 0).toString(),
              i == 3 ? null : PROJECTS[i % 2],
              "instance",
              "vm-" + i));
    }
    return ports;
  }

  private List<MadeTraffic.Packet> traffic(List<LoggingPort> ports) {
    MadeTraffic traffic = new MadeTraffic(random);
    for (LoggingPort port : ports) {
      long leavesNs = START_NS + (long) (random.nextDouble() * (UNITS - 6) * UNIT_NS);
      long returnsNs = leavesNs + (long) (random.nextDouble() * 5 * UNIT_NS) + 1;
      absences.put(port, new Absence(leavesNs, returnsNs));
      for (int i = 0; i < CONVERSATIONS / ports.size(); i++) {
        if (random.nextInt(UNITS) < (leavesNs - START_NS) / UNIT_NS) {
          traffic.converse(port, START_NS, leavesNs);
        } else {
          traffic.converse(port, returnsNs, END_NS);
        }
      }
    }
    return traffic.inOrder();
  }

  /** Declares loggers that differ in their filter only. */
  private void declareTriple(AgentFixture agent, long nowNs, int number) {
    FlowLogger all = logger(number);
    for (TrafficFilter filter : TrafficFilter.values()) {
      FlowLogger one = with(all, filter);
      agent.loggers.add(one);
      spans.add(new Span(one, nowNs));
    }
  }

  private FlowLogger logger(int number) {
    ResourceType type = ResourceType.values()[random.nextInt(3)];
    UUID resource =
        switch (type) {
          case PORT -> new UUID(0x4000, random.nextInt(4));
          case SUBNET -> new UUID(0x5000, random.nextInt(2));
          case VPC -> new UUID(0x6000, 0);
        };
    List<String> fields = new ArrayList<>(FIELDS);
    if (random.nextInt(3) == 0) {
      fields.add("icmp_type");
    }
    String[] owners = {null, PROJECTS[0], PROJECTS[1], AgentFixture.ADMIN_PROJECT};
    return new FlowLogger(
        new UUID(0x7000, number),
        "logger",
        "",
        type,
        resource,
        TrafficFilter.ALL,
        1 + random.nextInt(5),
        random.nextBoolean(),
        StorageType.FILE,
        "file:///logs",
        LogFormat.CSV,
        CompressionType.RAW,
        Layout.nhn,
        fields,
        "DAY",
        null,
        true,
        owners[random.nextInt(4)]);
  }

  private static FlowLogger with(FlowLogger logger, TrafficFilter filter) {
    return new FlowLogger(
        new UUID(
            logger.id().getMostSignificantBits() + filter.ordinal(),
            logger.id().getLeastSignificantBits()),
        logger.name(),
        logger.description(),
        logger.resourceType(),
        logger.resourceId(),
        filter,
        logger.aggregationInterval(),
        logger.connectionSetupOnly(),
        logger.storageType(),
        logger.storageUrl(),
        logger.logFormat(),
        logger.compressionType(),
        logger.layout(),
        logger.fields(),
        logger.partitionPeriod(),
        logger.customizedFileName(),
        logger.adminStateUp(),
        logger.projectId());
  }

  private List<Event> events(AgentFixture agent, List<LoggingPort> ports) {
    List<Event> events = new ArrayList<>();
    absences.forEach(
        (port, absence) -> {
          events.add(new Event(absence.fromNs(), () -> agent.ports.remove(port)));
          events.add(new Event(absence.untilNs(), () -> agent.ports.add(port)));
        });
    for (int i = 0; i < 3; i++) {
      int number = 10 + i;
      long timeNs = START_NS + (long) (random.nextDouble() * UNITS * UNIT_NS);
      events.add(new Event(timeNs, () -> declareTriple(agent, timeNs, number)));
    }
    for (int i = 0; i < 3; i++) {
      long timeNs = START_NS + (long) (random.nextDouble() * UNITS * UNIT_NS);
      events.add(new Event(timeNs, () -> withdrawOne(agent, timeNs)));
    }
    for (int i = 0; i < 5; i++) {
      LoggingPort port = ports.get(random.nextInt(ports.size()));
      long timeNs = START_NS + (long) (random.nextDouble() * UNITS * UNIT_NS);
      events.add(new Event(timeNs, () -> lose(agent, port, timeNs)));
    }
    events.sort(Comparator.comparingLong(Event::timeNs));
    return events;
  }

  private void withdrawOne(AgentFixture agent, long nowNs) {
    FlowLogger gone = agent.loggers.remove(random.nextInt(agent.loggers.size()));
    for (Span span : spans) {
      if (span.logger.equals(gone)) {
        span.untilNs = nowNs;
      }
    }
  }

  private void lose(AgentFixture agent, LoggingPort port, long timeNs) {
    boolean captured =
        isPresent(port, timeNs)
            && spans.stream().anyMatch(s -> s.contains(timeNs) && covers(s.logger, port));
    if (captured) {
      long packets = 1L + random.nextInt(100);
      agent.lose(port, packets);
      losses.add(new Loss(port, timeNs, packets));
    }
  }

  private boolean isPresent(LoggingPort port, long timeNs) {
    Absence absence = Objects.requireNonNull(absences.get(port));
    return timeNs < absence.fromNs() || timeNs >= absence.untilNs();
  }

  private void play(AgentFixture agent, List<MadeTraffic.Packet> packets, List<Event> events)
      throws IOException {
    agent.reload(START_NS);
    int next = 0;
    for (MadeTraffic.Packet packet : packets) {
      while (next < events.size() && events.get(next).timeNs() <= packet.timestampNs()) {
        happen(agent, events.get(next++));
      }
      if (packet.isSeen()) {
        agent.see(packet.frame());
      }
      // A port that nobody covers has no source of drops either.
      if (packet.dropped() && isCaptured(packet.port(), packet.timestampNs())) {
        agent.drop(packet.report(), packet.port(), "NETFILTER_DROP");
      }
      if (random.nextInt(50) == 0) {
        agent.advanceTo(packet.timestampNs());
      }
    }
    while (next < events.size()) {
      happen(agent, events.get(next++));
    }
  }

  private boolean isCaptured(LoggingPort port, long timeNs) {
    return spans.stream().anyMatch(s -> s.contains(timeNs) && covers(s.logger, port));
  }

  private static void happen(AgentFixture agent, Event event) throws IOException {
    agent.advanceTo(event.timeNs());
    event.deed().run();
    agent.reload(event.timeNs());
  }

  private static boolean covers(FlowLogger logger, LoggingPort port) {
    @Nullable String resource =
        switch (logger.resourceType()) {
          case PORT -> port.portId();
          case SUBNET -> port.subnetId();
          case VPC -> port.networkId();
        };
    @Nullable String owner = logger.projectId();
    return logger.resourceId().toString().equals(resource)
        && (owner == null
            || owner.equals(AgentFixture.ADMIN_PROJECT)
            || owner.equals(port.projectId()));
  }

  private static long intervalOf(FlowLogger logger, long timeNs) {
    long lengthNs = logger.aggregationInterval() * UNIT_NS;
    return timeNs / lengthNs * lengthNs;
  }

  private void assertSame(
      Span span,
      List<MadeTraffic.Packet> packets,
      List<LoggingPort> ports,
      List<AgentFixture.Row> rows) {
    Map<String, Sum> expected = new TreeMap<>();
    for (MadeTraffic.Packet packet : packets) {
      if (span.contains(packet.timestampNs()) && wants(span.logger, packet)) {
        Sum sum = expected.computeIfAbsent(keyOf(span.logger, packet), k -> new Sum());
        sum.packets++;
        sum.bytes += packet.bytes();
        sum.firstNs = Math.min(sum.firstNs, packet.timestampNs());
        sum.lastNs = Math.max(sum.lastNs, packet.timestampNs());
      }
    }
    Map<String, Sum> found = new TreeMap<>();
    for (AgentFixture.Row row : rows) {
      if (row.get("status").equals("OK")) {
        Sum sum = new Sum();
        sum.packets = row.number("packets");
        sum.bytes = row.number("bytes");
        sum.firstNs = row.number("timestamp_start");
        sum.lastNs = row.number("timestamp_end");
        assertEquals(
            null,
            found.put(keyOf(span.logger, row), sum),
            () ->
                "twice: "
                    + rows.stream()
                        .filter(r -> keyOf(span.logger, r).equals(keyOf(span.logger, row)))
                        .toList()
                    + " "
                    + span.fromNs
                    + " "
                    + span.untilNs);
      }
    }
    assertLines(span.logger, lines(expected), lines(found));
    assertLines(span.logger, List.copyOf(silences(span, expected, ports)), List.copyOf(told(rows)));
  }

  private static List<String> lines(Map<String, Sum> sums) {
    List<String> lines = new ArrayList<>();
    sums.forEach((key, sum) -> lines.add(sum.text(key)));
    return lines;
  }

  /** Says what is too much and what is missing: the whole would be thousands of lines. */
  private static void assertLines(FlowLogger logger, List<String> expected, List<String> found) {
    List<String> missing = new ArrayList<>(expected);
    missing.removeAll(Set.copyOf(found));
    List<String> extra = new ArrayList<>(found);
    extra.removeAll(Set.copyOf(expected));
    assertEquals("", String.join("\n", missing), () -> logger + " lacks these and has " + extra);
    assertEquals("", String.join("\n", extra), () -> logger + " has these");
  }

  private static boolean wants(FlowLogger logger, MadeTraffic.Packet packet) {
    boolean ofFilter =
        switch (logger.filter()) {
          case ALL -> true;
          case ACCEPT -> !packet.dropped();
          case DROP -> packet.dropped();
        };
    boolean ofSetup = !logger.connectionSetupOnly() || packet.setup() || packet.dropped();
    return ofFilter && ofSetup && covers(logger, packet.port());
  }

  private static String keyOf(FlowLogger logger, MadeTraffic.Packet packet) {
    boolean icmp = packet.protocol() == 1;
    return String.join(
        " ",
        Long.toString(intervalOf(logger, packet.timestampNs())),
        packet.port().portId(),
        packet.egress() ? "egress" : "ingress",
        Integer.toString(packet.protocol()),
        packet.source() + ":" + (icmp ? 0 : packet.sourcePort()),
        packet.destination() + ":" + (icmp ? 0 : packet.destinationPort()),
        packet.dropped() ? "DROP NETFILTER_DROP" : "ACCEPT ",
        logger.fields().contains("icmp_type") && icmp ? "type " + packet.localPort() : "");
  }

  private static String keyOf(FlowLogger logger, AgentFixture.Row row) {
    boolean typed = logger.fields().contains("icmp_type") && row.get("protocol").equals("1");
    return String.join(
        " ",
        Long.toString(intervalOf(logger, row.number("timestamp_start"))),
        row.get("interface_id"),
        row.get("direction"),
        row.get("protocol"),
        row.get("src_addr") + ":" + row.get("src_port"),
        row.get("dst_addr") + ":" + row.get("dst_port"),
        row.get("filter") + " " + row.get("drop_point"),
        typed ? "type " + row.get("icmp_type") : "");
  }

  /** Returns what should be told of ports and intervals besides their traffic. */
  private Set<String> silences(Span span, Map<String, Sum> traffic, List<LoggingPort> ports) {
    Set<String> silences = new TreeSet<>();
    FlowLogger logger = span.logger;
    long lengthNs = logger.aggregationInterval() * UNIT_NS;
    for (long ns = intervalOf(logger, span.fromNs); ns < span.untilNs; ns += lengthNs) {
      long fromNs = Math.max(ns, span.fromNs);
      long untilNs = Math.min(ns + lengthNs, span.untilNs);
      for (LoggingPort port : ports) {
        String place = ns + " " + port.portId();
        long lost = 0;
        for (Loss loss : losses) {
          boolean within = loss.timeNs() >= fromNs && loss.timeNs() < untilNs;
          lost += within && loss.port().equals(port) ? loss.packets() : 0;
        }
        boolean silent = traffic.keySet().stream().noneMatch(key -> key.startsWith(place + " "));
        if (!covers(logger, port)) {
          continue;
        }
        if (lost > 0) {
          silences.add(place + " SKIPDATA " + lost);
        } else if (silent && wasPresent(port, fromNs, untilNs)) {
          silences.add(place + " NODATA ");
        }
      }
    }
    return silences;
  }

  private boolean wasPresent(LoggingPort port, long fromNs, long untilNs) {
    Absence absence = Objects.requireNonNull(absences.get(port));
    return fromNs < absence.fromNs() || untilNs > absence.untilNs();
  }

  private static Set<String> told(List<AgentFixture.Row> rows) {
    Set<String> told = new TreeSet<>();
    for (AgentFixture.Row row : rows) {
      if (!row.get("status").equals("OK")) {
        String place = row.get("timestamp_start") + " " + row.get("interface_id");
        String what = row.get("status") + " " + row.get("lost_packets");
        assertTrue(told.add(place + " " + what), () -> "twice: " + row);
      }
    }
    return told;
  }

  /** What is accepted and what is dropped is together all that there is. */
  private void assertTogether(AgentFixture agent) throws IOException {
    for (int i = 0; i + 2 < spans.size(); i += 3) {
      if (spans.get(i).untilNs == END_NS
          && spans.get(i + 1).untilNs == END_NS
          && spans.get(i + 2).untilNs == END_NS) {
        long all = packets(agent, i);
        assertTrue(all >= 0);
        assertEquals(all, packets(agent, i + 1) + packets(agent, i + 2));
      }
    }
  }

  private long packets(AgentFixture agent, int span) throws IOException {
    return agent.rowsOf(spans.get(span).logger).stream()
        .mapToLong(row -> row.number("packets"))
        .sum();
  }
}
