package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files in the row formats of other clouds, line by line. */
class CsvLayoutTest {
  private static final RecordDictionary PORTS =
      CsvFixture.ports(CsvFixture.FULL_PORT, CsvFixture.BARE_PORT);

  private static final EncoderSettings BARE =
      new EncoderSettings(TimestampUnit.NANOSECONDS, false, "KR1", "host-1");

  private static String header(Layout layout) {
    return String.join(" ", RowLayout.of(layout).defaultNames()) + "\n";
  }

  /** A flow, what was dropped of it, a folded row, an interval without traffic, and a loss. */
  private static RecordBatch everyKind() {
    RecordBatch batch = new RecordBatch(8 * FlowRecord.BYTES_MAX);
    CsvFixture.append(batch, row -> {});
    CsvFixture.append(
        batch,
        row -> {
          row.kind(6, Direction.INGRESS.ordinal(), FlowRecord.DROP, FlowRecord.OK).portIndex(1);
          row.source6(0x2001_0db8_0000_0000L, 5).destination6(0xfe80_0000_0000_0000L, 1);
        });
    CsvFixture.append(batch, CsvLayoutTest::fold);
    CsvFixture.append(
        batch, row -> CsvFixture.makeEmpty(row, FlowRecord.NODATA, FlowRecord.UNKNOWN));
    CsvFixture.append(batch, row -> CsvFixture.makeEmpty(row, FlowRecord.SKIPDATA, 12));
    return batch;
  }

  private static void fold(FlowRecord row) {
    row.kind(0, Direction.INGRESS.ordinal(), FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
        .protocol(17, FlowRecord.DESTINATION_PORT_KNOWN)
        .ports(0, 53)
        .tcp(0, 0, 0, 0)
        .setupUs(FlowRecord.UNKNOWN)
        .lostPackets(FlowRecord.UNKNOWN);
  }

  private static String text(Layout layout, EncoderSettings settings, RecordBatch batch)
      throws IOException {
    return text(layout, RowLayout.of(layout).defaultNames(), settings, batch);
  }

  private static String text(
      Layout layout, List<String> fields, EncoderSettings settings, RecordBatch batch)
      throws IOException {
    byte[] file =
        CsvFixture.file(
            CsvFixture.logger(layout, fields, CompressionType.RAW), PORTS, settings, batch);
    return new String(file, StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteAwsVersion2ByDefault() throws IOException {
    assertEquals(
        """
        version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
        start end action log-status
        2 the-project the-port 10.0.0.5 192.0.2.7 40000 443 6 10 5000 1700000000 1700000001 \
        ACCEPT OK
        2 - bare-port 2001:db8::5 fe80::1 40000 443 6 10 5000 1700000000 1700000001 REJECT OK
        2 the-project the-port - - - 53 17 10 5000 1700000000 1700000001 ACCEPT SKIPDATA
        2 the-project the-port - - - - - - - 1700000000 1700000001 - NODATA
        2 the-project the-port - - - - - - - 1700000000 1700000001 - SKIPDATA
        """,
        text(Layout.aws, CsvFixture.SETTINGS, everyKind()));
  }

  @Test
  void shouldWriteTheTelekomsLinesWithTheBoundsOfTheWindow() throws IOException {
    assertEquals(
        """
        version project-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
        start end action log-status
        1 the-project the-port 10.0.0.5 192.0.2.7 40000 443 6 10 5000 1699999980 1700000040 \
        ACCEPT OK
        1 - bare-port 2001:db8::5 fe80::1 40000 443 6 10 5000 1699999980 1700000040 REJECT OK
        1 the-project the-port - - - 53 17 10 5000 1699999980 1700000040 ACCEPT SKIPDATA
        1 the-project the-port - - - - - - - 1700000000 1700000001 - NODATA
        1 the-project the-port - - - - - - - 1700000000 1700000001 - SKIPDATA
        """,
        text(Layout.otc, CsvFixture.SETTINGS, everyKind()));
  }

  @Test
  void shouldWriteTheEnterpriseRoutersLinesWithTheBoundsOfTheWindow() throws IOException {
    assertEquals(
        """
        version project_id resource_id instance_id srcaddr dstaddr srcport dstport protocol \
        packets bytes start end direct
        1 the-project the-port the-owner 10.0.0.5 192.0.2.7 40000 443 6 10 5000 1699999980 \
        1700000040 egress
        1 - bare-port - 2001:db8::5 fe80::1 40000 443 6 10 5000 1699999980 1700000040 ingress
        1 the-project the-port the-owner - - - 53 17 10 5000 1699999980 1700000040 ingress
        1 the-project the-port the-owner - - - - - - - 1700000000 1700000001 -
        1 the-project the-port the-owner - - - - - - - 1700000000 1700000001 -
        """,
        text(Layout.er, CsvFixture.SETTINGS, everyKind()));
  }

  @ParameterizedTest
  @EnumSource
  void shouldDifferByTheHeaderOnlyWhenItIsOff(Layout layout) throws IOException {
    EncoderSettings with = new EncoderSettings(TimestampUnit.NANOSECONDS, true, "KR1", "host-1");
    String separator = layout == Layout.nhn ? "," : " ";
    assertEquals(
        header(layout).replace(" ", separator) + text(layout, BARE, everyKind()),
        text(layout, with, everyKind()));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "nhn")
  void shouldShowWholeSecondsWhateverTheUnitOfTheAgentIs(Layout layout) throws IOException {
    assertEquals(
        text(layout, CsvFixture.SETTINGS, everyKind()),
        header(layout) + text(layout, BARE, everyKind()));
  }

  @ParameterizedTest
  @CsvSource({
    "account-id, the-project",
    "interface-id, the-port",
    "srcaddr, 10.0.0.5",
    "dstaddr, 192.0.2.7",
    "srcport, 40000",
    "dstport, 443",
    "protocol, 6",
    "packets, 10",
    "bytes, 5000",
    "start, 1700000000",
    "end, 1700000001",
    "action, ACCEPT",
    "log-status, OK",
    "vpc-id, the-vpc",
    "subnet-id, the-subnet",
    "instance-id, the-vm",
    "tcp-flags, 3",
    "type, IPv4",
    "pkt-srcaddr, -",
    "pkt-dstaddr, -",
    "region, KR1",
    "az-id, -",
    "sublocation-type, -",
    "sublocation-id, -",
    "pkt-src-aws-service, -",
    "pkt-dst-aws-service, -",
    "flow-direction, egress",
    "traffic-path, -",
  })
  void shouldWriteAwsField(String name, String value) throws IOException {
    assertEquals(value, awsCell(name, row -> {}));
    // The neighbours show that the field neither swallows nor adds a separator.
    assertEquals(
        "10 " + value + " 5000\n",
        text(Layout.aws, List.of("packets", name, "bytes"), BARE, CsvFixture.row(row -> {})));
  }

  private static String awsCell(String name, Consumer<FlowRecord> change) throws IOException {
    return text(Layout.aws, List.of(name), BARE, CsvFixture.row(change)).strip();
  }

  @ParameterizedTest
  @CsvSource({"version, 2", "tcp-flags, 3", "az-id, 4", "traffic-path, 5"})
  void shouldShowTheHighestVersionAmongTheFields(String name, String version) throws IOException {
    List<String> fields = name.equals("version") ? List.of(name) : List.of(name, "version");
    String line = text(Layout.aws, fields, BARE, CsvFixture.row(row -> {})).strip();
    assertEquals(version, line.substring(line.lastIndexOf(' ') + 1));
  }

  @Test
  void shouldUseTheWordsOfAws() throws IOException {
    int egress = Direction.EGRESS.ordinal();
    int unknown = Direction.UNKNOWN.ordinal();
    int ingress = Direction.INGRESS.ordinal();
    int ok = FlowRecord.OK;
    int accept = FlowRecord.ACCEPT;
    assertEquals("REJECT", awsCell("action", row -> row.kind(4, egress, FlowRecord.DROP, ok)));
    assertEquals("-", awsCell("flow-direction", row -> row.kind(4, unknown, accept, ok)));
    assertEquals("ingress", awsCell("flow-direction", row -> row.kind(4, ingress, accept, ok)));
    assertEquals("IPv6", awsCell("type", row -> row.kind(6, egress, accept, ok)));
    assertEquals("-", awsCell("type", CsvLayoutTest::fold));
    assertEquals("18", awsCell("tcp-flags", row -> row.tcp(18, 18, 0, 0)));
    assertEquals("0", awsCell("tcp-flags", row -> row.tcp(0, 24, 0, 0)));
  }

  @Test
  void shouldShowInALineWithoutTrafficOnlyWhatIsThePortsOrTheHosts() throws IOException {
    RecordBatch batch =
        CsvFixture.row(row -> CsvFixture.makeEmpty(row, FlowRecord.NODATA, FlowRecord.UNKNOWN));
    assertEquals(
        "5 the-project the-port - - - - - - - 1700000000 1700000001 - NODATA"
            + " the-vpc the-subnet the-vm - - - - KR1 - - - - - - -\n",
        text(Layout.aws, RowLayout.of(Layout.aws).names(), BARE, batch));
  }

  @Test
  void shouldShowTheGapThatALineIsAbout() throws IOException {
    RecordBatch batch =
        CsvFixture.row(
            row -> {
              CsvFixture.makeEmpty(row, FlowRecord.SKIPDATA, FlowRecord.UNKNOWN);
              row.times(1_699_990_000_000_000_000L, 1_699_999_985_000_000_000L);
            });
    assertEquals(
        "1 the-project the-port - - - - - - - 1699990000 1699999985 - SKIPDATA\n",
        text(Layout.otc, BARE, batch));
  }

  @Test
  void shouldKeepColumnsInTheirPlaceWhateverThePortsTextsAre() throws IOException {
    LoggingPort port =
        new LoggingPort(
            null,
            "a b\tc",
            null,
            List.of(),
            "\u00a0\u2028\u0085\n\r",
            "",
            "\"quoted, too\"",
            null,
            null,
            null);
    byte[] file =
        CsvFixture.file(
            CsvFixture.logger(
                Layout.aws,
                List.of("interface-id", "instance-id", "subnet-id", "vpc-id", "account-id"),
                CompressionType.RAW),
            CsvFixture.ports(port),
            new EncoderSettings(TimestampUnit.SECONDS, false, "", ""),
            CsvFixture.row(row -> {}));
    assertEquals("a_b_c _____ - \"quoted,_too\" -\n", new String(file, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void shouldCompressEveryLayout(Layout layout) throws IOException {
    List<String> fields = RowLayout.of(layout).defaultNames();
    byte[] file =
        CsvFixture.file(
            CsvFixture.logger(layout, fields, CompressionType.GZIP), PORTS, BARE, everyKind());
    try (GZIPInputStream zipped = new GZIPInputStream(new ByteArrayInputStream(file))) {
      assertEquals(
          text(layout, BARE, everyKind()),
          new String(zipped.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nhn, RAW, .csv",
    "nhn, GZIP, .csv.gz",
    "aws, RAW, .log",
    "aws, GZIP, .log.gz",
    "otc, RAW, .csv",
    "otc, GZIP, .csv.gz",
    "er, RAW, .csv",
    "er, GZIP, .csv.gz",
  })
  void shouldNameFilesByLayoutAndCompression(
      Layout layout, CompressionType compression, String extension) {
    RecordEncoders encoders = new RecordEncoders(CsvFixture.SETTINGS);
    assertEquals(
        extension, encoders.extension(CsvFixture.logger(layout, List.of("bytes"), compression)));
  }
}
