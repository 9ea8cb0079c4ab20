package io.flowlog.agent.format;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Rows of every kind, and beside each what it is about in plain words. */
final class RandomRows {
  static final String REGION = "KR 1";
  static final String HOST = "host-1";

  final RecordDictionary dictionary;
  final List<Values> values = new ArrayList<>();

  private static final List<String> DROP_POINTS = List.of("", "NETFILTER_DROP", "OVS, \"other\"");
  private static final LoggingPort ODD_PORT =
      new LoggingPort(
          null, "p, 3", null, List.of(), "vm \"x\"", null, "a\nb", null, "load balancer", "o");
  private static final LoggingPort[] PORTS = {CsvFixture.FULL_PORT, CsvFixture.BARE_PORT, ODD_PORT};

  private final Random random;
  private final TimestampUnit unit;

  RandomRows(Random random, TimestampUnit unit) {
    this.random = random;
    this.unit = unit;
    dictionary = CsvFixture.ports(PORTS);
    DROP_POINTS.stream().skip(1).forEach(dictionary::numberOfDropPoint);
  }

  /** What a row is about: the contract's fields, without those that are unknown; and its times. */
  record Values(Map<String, String> fields, long firstNs, long lastNs, boolean hasTraffic) {
    @Nullable String get(String name) {
      return fields.get(name);
    }
  }

  void append(RecordBatch batch) {
    Map<String, String> fields = new HashMap<>();
    FlowRecord row = new FlowRecord().at(batch.data(), batch.usedBytes());
    int version = new int[] {0, 4, 4, 6}[random.nextInt(4)];
    boolean hasTraffic = version != 0 || random.nextBoolean();
    fillPort(row, fields);
    long firstNs = 1_700_000_000_000_000_000L + random.nextInt();
    long lastNs = firstNs + random.nextInt(1_000_000_000);
    row.times(firstNs, lastNs);
    fields.put("timestamp_start", Long.toString(unit.of(firstNs)));
    fields.put("timestamp_end", Long.toString(unit.of(lastNs)));
    fillKind(row, fields, version, hasTraffic);
    fillTraffic(row, fields, hasTraffic);
    int known = fillKnown(row, fields, version, hasTraffic);
    fillTcp(row, fields, known, version, hasTraffic);
    fillAddresses(row, fields, version);
    fillTranslation(row, fields, version);
    batch.append(row.rowBytes());
    values.add(new Values(fields, firstNs, lastNs, hasTraffic));
  }

  private void fillPort(FlowRecord row, Map<String, String> fields) {
    int portIndex = random.nextInt(PORTS.length);
    LoggingPort port = PORTS[portIndex];
    row.portIndex(portIndex);
    put(fields, "interface_id", port.portId());
    put(fields, "vm_id", port.vmId());
    put(fields, "owner_type", port.ownerType());
    put(fields, "owner_id", port.ownerId());
    put(fields, "subnet_id", port.subnetId());
    put(fields, "vpc_id", port.networkId());
    put(fields, "project_id", port.projectId());
    put(fields, "region", REGION);
    put(fields, "host", HOST);
    for (String unused : List.of("no_route_packets", "no_route_bytes")) {
      put(fields, "transithub_drop_" + unused, "-1");
      put(fields, "transithub_drop_" + unused.replace("no_route", "black_hole"), "-1");
    }
  }

  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      fields.put(name, value);
    }
  }

  private static void put(Map<String, String> fields, boolean isKnown, String name, long value) {
    if (isKnown) {
      fields.put(name, Long.toString(value));
    }
  }

  /** What packets carry elsewhere; it is known of flows only. */
  private void fillTranslation(FlowRecord row, Map<String, String> fields, int version) {
    int kind = version == 0 ? 0 : random.nextInt(3);
    if (kind == 0) {
      return;
    }
    int sourcePort = kind == 1 ? row.sourcePort() : random.nextInt(65_536);
    int destinationPort = kind == 1 ? row.destinationPort() : random.nextInt(65_536);
    if (kind == 1) {
      row.untranslated();
      put(fields, "pkt_src_addr", fields.get("src_addr"));
      put(fields, "pkt_dst_addr", fields.get("dst_addr"));
    } else {
      row.translatedPorts(sourcePort, destinationPort);
      fillTranslatedAddresses(row, fields, version);
    }
    put(fields, true, "pkt_src_port", sourcePort);
    put(fields, true, "pkt_dst_port", destinationPort);
  }

  private void fillTranslatedAddresses(FlowRecord row, Map<String, String> fields, int version) {
    if (version == 4) {
      row.translated4(0xc000_0207, 0x0a00_0005);
      put(fields, "pkt_src_addr", "192.0.2.7");
      put(fields, "pkt_dst_addr", "10.0.0.5");
    } else {
      row.translatedSource6(0x2001_0db8_0000_0000L, 1).translatedDestination6(0, 2);
      put(fields, "pkt_src_addr", "2001:db8::1");
      put(fields, "pkt_dst_addr", "::2");
    }
  }

  private void fillKind(
      FlowRecord row, Map<String, String> fields, int version, boolean hasTraffic) {
    int direction = random.nextInt(3);
    int verdict = random.nextInt(2);
    int status = hasTraffic ? (version == 0 ? 2 : 0) : 1 + random.nextInt(2);
    row.kind(version, direction, verdict, status);
    put(fields, "status", List.of("OK", "NODATA", "SKIPDATA").get(status));
    if (hasTraffic) {
      put(fields, "direction", List.of("unknown", "ingress", "egress").get(direction));
      put(fields, "filter", List.of("ACCEPT", "DROP").get(verdict));
    }
    put(fields, version != 0, "ip_version", version);
  }

  private void fillTraffic(FlowRecord row, Map<String, String> fields, boolean hasTraffic) {
    long packets = hasTraffic ? 1 + (random.nextLong() >>> (1 + random.nextInt(62))) : 0;
    long bytes = hasTraffic ? random.nextLong() >>> 1 : 0;
    int dropPoint = hasTraffic ? random.nextInt(DROP_POINTS.size()) : 0;
    row.counts(packets, bytes).dropPoint(dropPoint);
    put(fields, hasTraffic, "packets", packets);
    put(fields, hasTraffic, "bytes", bytes);
    put(fields, "drop_point", DROP_POINTS.get(dropPoint));
  }

  private int fillKnown(
      FlowRecord row, Map<String, String> fields, int version, boolean hasTraffic) {
    int known = hasTraffic ? random.nextInt(32) : 0;
    int protocol = hasTraffic ? new int[] {6, 6, 17, 255}[random.nextInt(4)] : 0;
    int sourcePort = random.nextInt(65_536);
    int destinationPort = random.nextInt(65_536);
    int type = random.nextInt(256);
    int code = random.nextInt(256);
    row.protocol(protocol, known).ports(sourcePort, destinationPort).icmp(type, code);
    put(fields, hasTraffic, "protocol", protocol);
    put(fields, (known & 1) != 0, "src_port", sourcePort);
    put(fields, (known & 2) != 0, "dst_port", destinationPort);
    put(fields, (known & 4) != 0, "icmp_type", type);
    put(fields, (known & 4) != 0, "icmp_code", code);
    put(fields, (known & 8) != 0, "initiator", (known & 16) >> 4);
    int lost = random.nextInt(3) - 1;
    if (version == 0) {
      row.lostPackets(lost);
    }
    put(fields, version == 0 && lost >= 0, "lost_packets", lost);
    return protocol;
  }

  private void fillTcp(
      FlowRecord row, Map<String, String> fields, int protocol, int version, boolean hasTraffic) {
    int flag = random.nextInt(32);
    int all = random.nextInt(256);
    TcpState state = TcpState.values()[random.nextInt(TcpState.values().length)];
    EndReason reason = EndReason.values()[random.nextInt(EndReason.values().length)];
    int setupUs = random.nextInt(3) - 1;
    row.tcp(flag, all, state.ordinal(), reason.ordinal()).setupUs(setupUs);
    boolean hasFlags = hasTraffic && (version != 0 || protocol != 6);
    put(fields, hasFlags, "tcp_flag", flag);
    put(fields, hasFlags, "tcp_flags_all", all);
    put(fields, hasTraffic && setupUs >= 0, "setup_us", setupUs);
    if (hasTraffic) {
      put(fields, "tcp_state", state == TcpState.NONE ? "" : state.name());
      put(fields, "end_reason", reason == EndReason.NONE ? "" : reason.name());
    }
  }

  private void fillAddresses(FlowRecord row, Map<String, String> fields, int version) {
    byte[] source = new byte[version == 6 ? 16 : 4];
    byte[] destination = source.clone();
    random.nextBytes(source);
    random.nextBytes(destination);
    ByteBuffer from = ByteBuffer.wrap(source);
    ByteBuffer to = ByteBuffer.wrap(destination);
    if (version == 4) {
      row.addresses4(from.getInt(), to.getInt());
    } else if (version == 6) {
      row.source6(from.getLong(), from.getLong()).destination6(to.getLong(), to.getLong());
    }
    if (version != 0) {
      put(fields, "src_addr", address(source));
      put(fields, "dst_addr", address(destination));
    }
  }

  private static String address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
