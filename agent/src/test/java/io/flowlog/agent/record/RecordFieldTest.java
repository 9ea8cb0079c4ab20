package io.flowlog.agent.record;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.port.LoggingPort;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordFieldTest {
  /** The contract's list, in no particular order. */
  private static final Set<String> CONTRACT =
      Set.of(
          "timestamp_start",
          "timestamp_end",
          "interface_id",
          "vm_id",
          "owner_type",
          "owner_id",
          "subnet_id",
          "vpc_id",
          "region",
          "protocol",
          "src_addr",
          "dst_addr",
          "src_port",
          "dst_port",
          "tcp_flag",
          "packets",
          "bytes",
          "direction",
          "filter",
          "status",
          "transithub_drop_no_route_packets",
          "transithub_drop_no_route_bytes",
          "transithub_drop_black_hole_packets",
          "transithub_drop_black_hole_bytes",
          "traffic_path",
          "project_id",
          "host",
          "ip_version",
          "icmp_type",
          "icmp_code",
          "tcp_flags_all",
          "initiator",
          "tcp_state",
          "setup_us",
          "lost_packets",
          "drop_point",
          "end_reason",
          "pkt_src_addr",
          "pkt_dst_addr",
          "pkt_src_port",
          "pkt_dst_port");

  @Test
  void shouldHaveExactlyTheFieldsOfTheContract() {
    Set<String> names =
        Arrays.stream(RecordField.values()).map(RecordField::fieldName).collect(toSet());
    assertEquals(CONTRACT, names);
  }

  @Test
  void shouldSpellNamesTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertEquals("icmp_type", RecordField.ICMP_TYPE.fieldName());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void shouldNameEveryNumberOfARecord() {
    assertEquals(List.of("unknown", "ingress", "egress"), RecordNames.directions());
    for (Direction direction : Direction.values()) {
      String name = RecordNames.directions().get(direction.ordinal());
      assertEquals(direction.name().toLowerCase(Locale.ROOT), name);
    }
    assertEquals("ACCEPT", RecordNames.verdicts().get(FlowRecord.ACCEPT));
    assertEquals("DROP", RecordNames.verdicts().get(FlowRecord.DROP));
    assertEquals("OK", RecordNames.statuses().get(FlowRecord.OK));
    assertEquals("NODATA", RecordNames.statuses().get(FlowRecord.NODATA));
    assertEquals("SKIPDATA", RecordNames.statuses().get(FlowRecord.SKIPDATA));
    assertEquals("", RecordNames.tcpStates().get(TcpState.NONE.ordinal()));
    assertEquals("TIME_WAIT", RecordNames.tcpStates().get(TcpState.TIME_WAIT.ordinal()));
    assertEquals(TcpState.values().length, RecordNames.tcpStates().size());
    assertEquals(List.of("", "FIN", "RST", "TIMEOUT"), RecordNames.endReasons());
    assertEquals(EndReason.values().length, RecordNames.endReasons().size());
  }

  @Test
  void shouldNameAllTcpStatesOfTheContract() {
    Set<String> contract =
        Set.of(
            "",
            "SYN_SENT",
            "SYN_RECV",
            "ESTABLISHED",
            "FIN_WAIT",
            "CLOSE_WAIT",
            "CLOSING",
            "LAST_ACK",
            "TIME_WAIT",
            "CLOSED",
            "RESET",
            "MIDSTREAM");
    assertEquals(contract, Set.copyOf(RecordNames.tcpStates()));
  }

  @Test
  void shouldTakeEachPortFieldFromItsPlaceInThePort() {
    RecordDictionary ports = new RecordDictionary();
    ports.define(
        2,
        new LoggingPort(
            "device", "port", "mac", List.of(), "vm", "subnet", "net", "project", "type", "owner"));
    assertEquals("port", PortFields.text(ports, 2, RecordField.INTERFACE_ID));
    assertEquals("vm", PortFields.text(ports, 2, RecordField.VM_ID));
    assertEquals("type", PortFields.text(ports, 2, RecordField.OWNER_TYPE));
    assertEquals("owner", PortFields.text(ports, 2, RecordField.OWNER_ID));
    assertEquals("subnet", PortFields.text(ports, 2, RecordField.SUBNET_ID));
    assertEquals("net", PortFields.text(ports, 2, RecordField.VPC_ID));
    assertEquals("project", PortFields.text(ports, 2, RecordField.PROJECT_ID));
  }

  @Test
  void shouldSayWhichFieldsAreAPorts() {
    RecordDictionary ports = new RecordDictionary();
    ports.define(
        0, new LoggingPort(null, "p", null, List.of(), null, null, null, null, null, null));
    for (RecordField field : RecordField.values()) {
      if (!PortFields.has(field)) {
        assertThrows(
            IllegalArgumentException.class, () -> PortFields.text(ports, 0, field), field.name());
      } else if (field != RecordField.INTERFACE_ID) {
        assertNull(PortFields.text(ports, 0, field), field.name());
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> PortFields.text(ports, 1, RecordField.INTERFACE_ID),
        "a port that nobody entered");
  }
}
