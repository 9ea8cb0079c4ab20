package io.flowlog.agent.format;

import static io.flowlog.agent.format.CsvFixture.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The fields that come from the connection, one by one. */
class CsvFlowFieldsTest {
  private static final long START_NS = 1_700_000_000_123_456_789L;

  private static String inUnit(TimestampUnit unit, long firstNs) throws IOException {
    return cell(
        RecordField.TIMESTAMP_START,
        CsvFixture.ports(CsvFixture.FULL_PORT),
        new EncoderSettings(unit, true, "", "h"),
        row -> row.times(firstNs, firstNs));
  }

  @Test
  void shouldShowTimestampStartInTheUnitOfTheSettings() throws IOException {
    assertEquals("1700000000", inUnit(TimestampUnit.SECONDS, START_NS));
    assertEquals("1700000000123", inUnit(TimestampUnit.MILLISECONDS, START_NS));
    assertEquals("1700000000123456", inUnit(TimestampUnit.MICROSECONDS, START_NS));
    assertEquals("1700000000123456789", inUnit(TimestampUnit.NANOSECONDS, START_NS));
  }

  @Test
  void shouldShowTimesBefore1970AsTheUnitThatTheyLieIn() throws IOException {
    assertEquals("-1", inUnit(TimestampUnit.SECONDS, -1));
    assertEquals("-1", inUnit(TimestampUnit.SECONDS, -1_000_000_000L));
    assertEquals("-2", inUnit(TimestampUnit.SECONDS, -1_000_000_001L));
    assertEquals("-1", inUnit(TimestampUnit.MICROSECONDS, -999));
    assertEquals("-1", inUnit(TimestampUnit.NANOSECONDS, -1));
  }

  @Test
  void shouldShowTheEndsOfTime() throws IOException {
    assertEquals("9223372036", inUnit(TimestampUnit.SECONDS, Long.MAX_VALUE));
    assertEquals("9223372036854775807", inUnit(TimestampUnit.NANOSECONDS, Long.MAX_VALUE));
    assertEquals("-9223372036854775808", inUnit(TimestampUnit.NANOSECONDS, Long.MIN_VALUE));
    assertEquals("-9223372037", inUnit(TimestampUnit.SECONDS, Long.MIN_VALUE));
    assertEquals("0", inUnit(TimestampUnit.SECONDS, 0));
  }

  @Test
  void shouldShowTimestampEnd() throws IOException {
    assertEquals("1700000001", cell(RecordField.TIMESTAMP_END, row -> {}));
  }

  @Test
  void shouldShowProtocol() throws IOException {
    assertEquals("6", cell(RecordField.PROTOCOL, row -> {}));
    assertEquals("255", cell(RecordField.PROTOCOL, row -> row.protocol(255, 0)));
    assertEquals("0", cell(RecordField.PROTOCOL, row -> row.protocol(0, 0)));
  }

  @Test
  void shouldShowSourceAddress() throws IOException {
    assertEquals("10.0.0.5", cell(RecordField.SRC_ADDR, row -> {}));
    assertEquals("2001:db8::5", cell(RecordField.SRC_ADDR, CsvFlowFieldsTest::makeIpv6));
    assertEquals("", cell(RecordField.SRC_ADDR, CsvFlowFieldsTest::fold));
  }

  @Test
  void shouldShowDestinationAddress() throws IOException {
    assertEquals("192.0.2.7", cell(RecordField.DST_ADDR, row -> {}));
    assertEquals("fe80::1:2", cell(RecordField.DST_ADDR, CsvFlowFieldsTest::makeIpv6));
    assertEquals("", cell(RecordField.DST_ADDR, CsvFlowFieldsTest::fold));
  }

  private static void makeIpv6(FlowRecord row) {
    row.kind(6, 0, FlowRecord.ACCEPT, FlowRecord.OK)
        .source6(0x2001_0db8_0000_0000L, 5)
        .destination6(0xfe80_0000_0000_0000L, 0x1_0002);
  }

  private static void fold(FlowRecord row) {
    row.kind(0, Direction.INGRESS.ordinal(), FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
        .protocol(6, FlowRecord.DESTINATION_PORT_KNOWN)
        .ports(0, 443)
        .tcp(0, 0, 0, 0)
        .setupUs(FlowRecord.UNKNOWN)
        .lostPackets(FlowRecord.UNKNOWN);
  }

  @Test
  void shouldShowSourcePort() throws IOException {
    int both = FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN;
    assertEquals("40000", cell(RecordField.SRC_PORT, row -> {}));
    assertEquals("65535", cell(RecordField.SRC_PORT, row -> row.ports(65_535, 0)));
    assertEquals("0", cell(RecordField.SRC_PORT, row -> row.protocol(47, both).ports(0, 0)));
    assertEquals("", cell(RecordField.SRC_PORT, CsvFlowFieldsTest::fold));
  }

  @Test
  void shouldShowDestinationPort() throws IOException {
    assertEquals("443", cell(RecordField.DST_PORT, row -> {}));
    assertEquals("65535", cell(RecordField.DST_PORT, row -> row.ports(0, 65_535)));
    assertEquals("443", cell(RecordField.DST_PORT, CsvFlowFieldsTest::fold));
    assertEquals("", cell(RecordField.DST_PORT, row -> row.protocol(6, 0).ports(0, 0)));
  }

  @Test
  void shouldShowTcpFlag() throws IOException {
    assertEquals("3", cell(RecordField.TCP_FLAG, row -> {}));
    assertEquals("23", cell(RecordField.TCP_FLAG, row -> row.tcp(23, 0, 0, 0)));
    assertEquals("0", cell(RecordField.TCP_FLAG, row -> row.protocol(17, 0).tcp(0, 0, 0, 0)));
    assertEquals("", cell(RecordField.TCP_FLAG, CsvFlowFieldsTest::fold), "folding forgets them");
  }

  @Test
  void shouldShowPackets() throws IOException {
    assertEquals("10", cell(RecordField.PACKETS, row -> {}));
    assertEquals(
        "9223372036854775807", cell(RecordField.PACKETS, row -> row.counts(Long.MAX_VALUE, 1)));
  }

  @Test
  void shouldShowBytes() throws IOException {
    assertEquals("7777", cell(RecordField.BYTES, row -> {}));
    assertEquals("5000000000", cell(RecordField.BYTES, row -> row.counts(1, 5_000_000_000L)));
  }

  @Test
  void shouldShowDirection() throws IOException {
    assertEquals("egress", cell(RecordField.DIRECTION, row -> {}));
    assertEquals("ingress", direction(Direction.INGRESS));
    assertEquals("unknown", direction(Direction.UNKNOWN));
  }

  private static String direction(Direction direction) throws IOException {
    return cell(RecordField.DIRECTION, row -> row.kind(4, direction.ordinal(), 0, 0));
  }

  @Test
  void shouldShowFilter() throws IOException {
    assertEquals("ACCEPT", cell(RecordField.FILTER, row -> {}));
    assertEquals("DROP", cell(RecordField.FILTER, row -> row.kind(4, 0, FlowRecord.DROP, 0)));
  }

  @Test
  void shouldShowStatus() throws IOException {
    assertEquals("OK", cell(RecordField.STATUS, row -> {}));
    assertEquals("NODATA", cell(RecordField.STATUS, row -> row.kind(4, 0, 0, FlowRecord.NODATA)));
    assertEquals("SKIPDATA", cell(RecordField.STATUS, CsvFlowFieldsTest::fold));
  }

  @Test
  void shouldShowIpVersion() throws IOException {
    assertEquals("4", cell(RecordField.IP_VERSION, row -> {}));
    assertEquals("6", cell(RecordField.IP_VERSION, CsvFlowFieldsTest::makeIpv6));
    assertEquals("", cell(RecordField.IP_VERSION, CsvFlowFieldsTest::fold));
  }

  @Test
  void shouldShowIcmpType() throws IOException {
    assertEquals("", cell(RecordField.ICMP_TYPE, row -> row.icmp(8, 0)));
    assertEquals("0", cell(RecordField.ICMP_TYPE, row -> icmp(row, 0, 3)));
    assertEquals("255", cell(RecordField.ICMP_TYPE, row -> icmp(row, 255, 3)));
  }

  @Test
  void shouldShowIcmpCode() throws IOException {
    assertEquals("", cell(RecordField.ICMP_CODE, row -> row.icmp(8, 3)));
    assertEquals("0", cell(RecordField.ICMP_CODE, row -> icmp(row, 3, 0)));
    assertEquals("255", cell(RecordField.ICMP_CODE, row -> icmp(row, 3, 255)));
  }

  private static void icmp(FlowRecord row, int type, int code) {
    row.protocol(1, FlowRecord.ICMP_KNOWN).icmp(type, code);
  }

  @Test
  void shouldShowTcpFlagsAll() throws IOException {
    assertEquals("27", cell(RecordField.TCP_FLAGS_ALL, row -> {}));
    assertEquals("255", cell(RecordField.TCP_FLAGS_ALL, row -> row.tcp(0, 255, 0, 0)));
    assertEquals("", cell(RecordField.TCP_FLAGS_ALL, CsvFlowFieldsTest::fold));
  }

  @Test
  void shouldShowInitiator() throws IOException {
    assertEquals("1", cell(RecordField.INITIATOR, row -> {}));
    int known = FlowRecord.INITIATOR_KNOWN;
    assertEquals("0", cell(RecordField.INITIATOR, row -> row.protocol(6, known)));
    assertEquals("", cell(RecordField.INITIATOR, row -> row.protocol(6, 0)));
  }

  @Test
  void shouldShowTcpState() throws IOException {
    for (TcpState state : TcpState.values()) {
      String word = state == TcpState.NONE ? "" : state.name();
      assertEquals(word, cell(RecordField.TCP_STATE, row -> row.tcp(0, 0, state.ordinal(), 0)));
    }
  }

  @Test
  void shouldShowSetupUs() throws IOException {
    assertEquals("1500", cell(RecordField.SETUP_US, row -> {}));
    assertEquals("0", cell(RecordField.SETUP_US, row -> row.setupUs(0)));
    assertEquals("", cell(RecordField.SETUP_US, row -> row.setupUs(FlowRecord.UNKNOWN)));
  }

  @Test
  void shouldShowLostPackets() throws IOException {
    assertEquals("", cell(RecordField.LOST_PACKETS, row -> {}), "a flow has lost none");
    assertEquals("", cell(RecordField.LOST_PACKETS, CsvFlowFieldsTest::fold));
    assertEquals("12", cell(RecordField.LOST_PACKETS, row -> lost(row, 12)));
    assertEquals("0", cell(RecordField.LOST_PACKETS, row -> lost(row, 0)));
  }

  private static void lost(FlowRecord row, long packets) {
    row.kind(0, 0, 0, FlowRecord.SKIPDATA).lostPackets(packets);
  }

  @Test
  void shouldShowDropPoint() throws IOException {
    RecordDictionary names = CsvFixture.ports(CsvFixture.FULL_PORT);
    names.numberOfDropPoint("NETFILTER_DROP");
    int longest = names.numberOfDropPoint("OVS_DROP_" + "X".repeat(300));
    assertEquals("", dropPoint(names, row -> row.dropPoint(0)));
    assertEquals("NETFILTER_DROP", dropPoint(names, row -> row.dropPoint(1)));
    assertEquals(names.dropPoint(longest), dropPoint(names, row -> row.dropPoint(longest)));
    assertEquals(
        "NETFILTER_DROP",
        dropPoint(
            names,
            row -> {
              fold(row);
              row.dropPoint(1);
            }));
  }

  private static String dropPoint(RecordDictionary names, Consumer<FlowRecord> change)
      throws IOException {
    return cell(RecordField.DROP_POINT, names, CsvFixture.SETTINGS, change);
  }

  @Test
  void shouldNotTakeOneDropPointForAnother() throws IOException {
    RecordDictionary names = CsvFixture.ports(CsvFixture.FULL_PORT);
    RecordBatch batch = new RecordBatch(4 * FlowRecord.BYTES_MAX);
    for (String name : List.of("a", "b", "a")) {
      int number = names.numberOfDropPoint(name);
      CsvFixture.append(batch, row -> row.dropPoint(number));
    }
    assertEquals(
        "drop_point\na\nb\na\n",
        CsvFixture.csv(List.of("drop_point"), names, CsvFixture.SETTINGS, batch));
  }

  @Test
  void shouldShowEndReason() throws IOException {
    for (EndReason reason : EndReason.values()) {
      String word = reason == EndReason.NONE ? "" : reason.name();
      assertEquals(word, cell(RecordField.END_REASON, row -> row.tcp(0, 0, 0, reason.ordinal())));
    }
  }
}
