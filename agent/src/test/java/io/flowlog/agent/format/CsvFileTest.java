package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CsvFileTest {
  private static final RecordDictionary PORTS = CsvFixture.ports(CsvFixture.FULL_PORT);
  private static final List<String> ALL = RowLayout.of(Layout.nhn).names();

  /** Every port field, none of which a row without traffic loses. */
  private static final Set<String> KNOWN_WITHOUT_TRAFFIC =
      Set.of(
          "timestamp_start=1700000000",
          "timestamp_end=1700000001",
          "interface_id=the-port",
          "vm_id=the-vm",
          "owner_type=instance",
          "owner_id=the-owner",
          "subnet_id=the-subnet",
          "vpc_id=the-vpc",
          "region=KR1",
          "host=host-1",
          "project_id=the-project",
          "transithub_drop_no_route_packets=-1",
          "transithub_drop_no_route_bytes=-1",
          "transithub_drop_black_hole_packets=-1",
          "transithub_drop_black_hole_bytes=-1");

  private static Set<String> fieldsWithText(RecordBatch batch) throws IOException {
    List<List<String>> lines =
        CsvReader.read(CsvFixture.csv(ALL, PORTS, CsvFixture.SETTINGS, batch));
    assertEquals(ALL, lines.get(0));
    assertEquals(ALL.size(), lines.get(1).size());
    Set<String> found = new HashSet<>();
    for (int i = 0; i < ALL.size(); i++) {
      if (!lines.get(1).get(i).isEmpty()) {
        found.add(ALL.get(i) + "=" + lines.get(1).get(i));
      }
    }
    return found;
  }

  private static Set<String> withoutTrafficAnd(String... more) {
    Set<String> fields = new HashSet<>(KNOWN_WITHOUT_TRAFFIC);
    fields.addAll(Arrays.asList(more));
    return fields;
  }

  @Test
  void shouldShowOnlyThePortInARowOfAnIntervalWithoutTraffic() throws IOException {
    RecordBatch batch =
        CsvFixture.row(row -> CsvFixture.makeEmpty(row, FlowRecord.NODATA, FlowRecord.UNKNOWN));
    assertEquals(withoutTrafficAnd("status=NODATA"), fieldsWithText(batch));
  }

  @Test
  void shouldShowHowMuchWasLostInARowThatSaysSo() throws IOException {
    RecordBatch known =
        CsvFixture.row(row -> CsvFixture.makeEmpty(row, FlowRecord.SKIPDATA, 5_000_000_000L));
    assertEquals(
        withoutTrafficAnd("status=SKIPDATA", "lost_packets=5000000000"), fieldsWithText(known));
    RecordBatch unknown =
        CsvFixture.row(row -> CsvFixture.makeEmpty(row, FlowRecord.SKIPDATA, FlowRecord.UNKNOWN));
    assertEquals(withoutTrafficAnd("status=SKIPDATA"), fieldsWithText(unknown));
  }

  @Test
  void shouldShowRealNumbersInAFoldedRow() throws IOException {
    RecordBatch batch =
        CsvFixture.row(
            row ->
                row.kind(0, 1, FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
                    .protocol(17, FlowRecord.DESTINATION_PORT_KNOWN)
                    .ports(0, 53)
                    .tcp(0, 0, 0, 0)
                    .setupUs(FlowRecord.UNKNOWN)
                    .counts(77, 7700)
                    .lostPackets(FlowRecord.UNKNOWN));
    assertEquals(
        withoutTrafficAnd(
            "status=SKIPDATA",
            "protocol=17",
            "dst_port=53",
            "packets=77",
            "bytes=7700",
            "direction=ingress",
            "filter=ACCEPT",
            "tcp_flag=0",
            "tcp_flags_all=0"),
        fieldsWithText(batch));
  }

  @Test
  void shouldPutColumnsInTheOrderOfTheLogger() throws IOException {
    RecordBatch batch = CsvFixture.row(row -> {});
    List<String> inOrder =
        CsvReader.read(CsvFixture.csv(ALL, PORTS, CsvFixture.SETTINGS, batch)).get(1);
    Random random = new Random(20260124);
    for (int round = 0; round < 200; round++) {
      List<String> fields = new ArrayList<>(ALL);
      Collections.shuffle(fields, random);
      fields = fields.subList(0, 2 + random.nextInt(fields.size() - 1));
      List<List<String>> lines =
          CsvReader.read(CsvFixture.csv(fields, PORTS, CsvFixture.SETTINGS, batch));
      List<String> expected = fields.stream().map(f -> inOrder.get(ALL.indexOf(f))).toList();
      assertEquals(List.of(fields, expected), lines);
    }
  }

  @Test
  void shouldWriteASingleColumn() throws IOException {
    RecordBatch batch = CsvFixture.row(row -> {});
    assertEquals("packets\n10\n", csv("packets", batch));
    assertEquals("vm_id\nthe-vm\n", csv("vm_id", batch));
  }

  private static String csv(String field, RecordBatch batch) throws IOException {
    return CsvFixture.csv(List.of(field), PORTS, CsvFixture.SETTINGS, batch);
  }

  @Test
  void shouldLeaveOutTheHeaderWhenToldSo() throws IOException {
    EncoderSettings bare = new EncoderSettings(TimestampUnit.SECONDS, false, "KR1", "host-1");
    RecordBatch batch = CsvFixture.row(row -> {});
    assertEquals("10,5000\n", CsvFixture.csv(List.of("packets", "bytes"), PORTS, bare, batch));
    RecordBatch none = new RecordBatch(FlowRecord.BYTES_MAX);
    assertEquals("", CsvFixture.csv(List.of("packets", "bytes"), PORTS, bare, none));
  }

  @Test
  void shouldEndEveryLineWithOneLineFeed() throws IOException {
    String text = CsvFixture.csv(ALL, PORTS, CsvFixture.SETTINGS, CsvFixture.row(row -> {}));
    assertTrue(text.endsWith("\n"));
    assertEquals(2, text.chars().filter(c -> c == '\n').count());
    assertFalse(text.contains("\r"));
  }

  @Test
  void shouldBeReadBackWhateverThePortsTextsAre() throws IOException {
    Random random = new Random(20260125);
    LoggingPort[] ports = new LoggingPort[300];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = awkward(random);
    }
    RecordBatch batch = new RecordBatch((ports.length + 1) * FlowRecord.BYTES_MAX);
    for (int i = 0; i < ports.length; i++) {
      int portIndex = i;
      CsvFixture.append(batch, row -> row.portIndex(portIndex));
    }
    List<String> fields =
        List.of("vm_id", "packets", "subnet_id", "owner_type", "vpc_id", "bytes", "interface_id");
    List<List<String>> lines =
        CsvReader.read(CsvFixture.csv(fields, CsvFixture.ports(ports), CsvFixture.SETTINGS, batch));
    assertEquals(ports.length + 1, lines.size());
    for (int i = 0; i < ports.length; i++) {
      LoggingPort p = ports[i];
      assertEquals(
          Arrays.asList(
              p.vmId(), "10", p.subnetId(), p.ownerType(), p.networkId(), "5000", p.portId()),
          lines.get(i + 1));
    }
  }

  private static LoggingPort awkward(Random random) {
    return new LoggingPort(
        null,
        text(random),
        null,
        List.of(),
        text(random),
        text(random),
        text(random),
        null,
        text(random),
        null);
  }

  private static String text(Random random) {
    String signs = "ab,,\"\"\n\r -0\té한";
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(6); length > 0; length--) {
      text.append(signs.charAt(random.nextInt(signs.length())));
    }
    return text.toString();
  }
}
