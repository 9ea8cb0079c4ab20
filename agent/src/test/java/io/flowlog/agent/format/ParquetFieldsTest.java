package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, types and values of a Parquet file, column by column, and what its footer says. */
class ParquetFieldsTest {
  private static final RecordDictionary DICTIONARY = MixedRows.dictionary();

  @TempDir private Path folder;

  private Path write(Layout layout, RecordBatch batch) throws IOException {
    List<String> names = RowLayout.of(layout).names();
    FlowLogger logger = CsvFixture.logger(layout, names, LogFormat.PARQUET, CompressionType.ZSTD);
    Path file = folder.resolve("rows.parquet");
    return Files.write(file, CsvFixture.file(logger, DICTIONARY, CsvFixture.SETTINGS, batch));
  }

  /** Returns "name type value" of each column of the only row. */
  private List<String> columns(Layout layout, RecordBatch batch) throws Exception {
    Path file = write(layout, batch);
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> types = duckDb.query("DESCRIBE SELECT * FROM " + DuckDb.parquet(file));
      List<List<String>> row = duckDb.query("SELECT * FROM " + DuckDb.parquet(file));
      List<String> columns = new ArrayList<>();
      for (int i = 0; i < row.get(0).size(); i++) {
        List<String> type = types.get(1 + i);
        columns.add((type.get(0) + " " + type.get(1) + " " + row.get(1).get(i)).strip());
      }
      assertEquals(2, row.size());
      return columns;
    }
  }

  private static RecordBatch droppedIcmp() {
    return CsvFixture.row(
        row ->
            row.kind(4, 1, FlowRecord.DROP, FlowRecord.OK)
                .protocol(
                    1,
                    FlowRecord.SOURCE_PORT_KNOWN
                        | FlowRecord.DESTINATION_PORT_KNOWN
                        | FlowRecord.ICMP_KNOWN
                        | FlowRecord.INITIATOR_KNOWN)
                .icmp(8, 255)
                .tcp(19, 27, TcpState.SYN_RECV.ordinal(), EndReason.TIMEOUT.ordinal())
                .counts(5_000_000_000L, 7_000_000_000_000L)
                .dropPoint(2));
  }

  @Test
  void shouldShowEveryFieldInItsType() throws Exception {
    assertEquals(
        List.of(
            "timestamp_start BIGINT 1700000000",
            "timestamp_end BIGINT 1700000001",
            "interface_id VARCHAR the-port",
            "vm_id VARCHAR the-vm",
            "owner_type VARCHAR instance",
            "owner_id VARCHAR the-owner",
            "subnet_id VARCHAR the-subnet",
            "vpc_id VARCHAR the-vpc",
            "region VARCHAR KR1",
            "protocol INTEGER 1",
            "src_addr VARCHAR 10.0.0.5",
            "dst_addr VARCHAR 192.0.2.7",
            "src_port INTEGER 40000",
            "dst_port INTEGER 443",
            "tcp_flag INTEGER 19",
            "packets BIGINT 5000000000",
            "bytes BIGINT 7000000000000",
            "direction VARCHAR ingress",
            "filter VARCHAR DROP",
            "transithub_drop_no_route_packets BIGINT -1",
            "transithub_drop_no_route_bytes BIGINT -1",
            "transithub_drop_black_hole_packets BIGINT -1",
            "transithub_drop_black_hole_bytes BIGINT -1",
            "status VARCHAR OK",
            "traffic_path INTEGER",
            "project_id VARCHAR the-project",
            "host VARCHAR host-1",
            "ip_version INTEGER 4",
            "icmp_type INTEGER 8",
            "icmp_code INTEGER 255",
            "tcp_flags_all INTEGER 27",
            "initiator INTEGER 0",
            "tcp_state VARCHAR SYN_RECV",
            "setup_us BIGINT 1500",
            "lost_packets BIGINT",
            "drop_point VARCHAR OVS_DROP_EXPLICIT",
            "end_reason VARCHAR TIMEOUT",
            "pkt_src_addr VARCHAR",
            "pkt_dst_addr VARCHAR",
            "pkt_src_port INTEGER",
            "pkt_dst_port INTEGER"),
        columns(Layout.nhn, droppedIcmp()));
  }

  @Test
  void shouldShowAwsFieldsUnderTheNamesThatAwsFilesHave() throws Exception {
    assertEquals(
        List.of(
            "version INTEGER 5",
            "account_id VARCHAR the-project",
            "interface_id VARCHAR the-port",
            "srcaddr VARCHAR 10.0.0.5",
            "dstaddr VARCHAR 192.0.2.7",
            "srcport INTEGER 40000",
            "dstport INTEGER 443",
            "protocol INTEGER 1",
            "packets BIGINT 5000000000",
            "bytes BIGINT 7000000000000",
            "start BIGINT 1700000000",
            "end BIGINT 1700000001",
            "action VARCHAR REJECT",
            "log_status VARCHAR OK",
            "vpc_id VARCHAR the-vpc",
            "subnet_id VARCHAR the-subnet",
            "instance_id VARCHAR the-vm",
            "tcp_flags INTEGER 19",
            "type VARCHAR IPv4",
            "pkt_srcaddr VARCHAR",
            "pkt_dstaddr VARCHAR",
            "region VARCHAR KR1",
            "az_id VARCHAR",
            "sublocation_type VARCHAR",
            "sublocation_id VARCHAR",
            "pkt_src_aws_service VARCHAR",
            "pkt_dst_aws_service VARCHAR",
            "flow_direction VARCHAR ingress",
            "traffic_path INTEGER"),
        columns(Layout.aws, droppedIcmp()));
  }

  @Test
  void shouldShowNullForWhatARowWithoutTrafficDoesNotKnow() throws Exception {
    RecordBatch batch =
        CsvFixture.row(row -> CsvFixture.makeEmpty(row, FlowRecord.SKIPDATA, 5_000_000_000L));
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> known =
          duckDb.query(
              "SELECT name FROM (UNPIVOT (SELECT COLUMNS(*)::VARCHAR FROM "
                  + DuckDb.parquet(write(Layout.nhn, batch))
                  + ") ON COLUMNS(*))");
      assertEquals(
          List.of(
              "timestamp_start",
              "timestamp_end",
              "interface_id",
              "vm_id",
              "owner_type",
              "owner_id",
              "subnet_id",
              "vpc_id",
              "region",
              "transithub_drop_no_route_packets",
              "transithub_drop_no_route_bytes",
              "transithub_drop_black_hole_packets",
              "transithub_drop_black_hole_bytes",
              "status",
              "project_id",
              "host",
              "lost_packets"),
          known.subList(1, known.size()).stream().map(line -> line.get(0)).toList());
    }
  }

  @Test
  void shouldRequireOnlyWhatEveryRowHas() throws Exception {
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> required =
          duckDb.query(
              "SELECT name, type, converted_type FROM parquet_schema('"
                  + write(Layout.nhn, droppedIcmp())
                  + "') WHERE repetition_type = 'REQUIRED' AND type IS NOT NULL");
      assertEquals(
          List.of(
              List.of("name", "type", "converted_type"),
              List.of("timestamp_start", "INT64", ""),
              List.of("timestamp_end", "INT64", ""),
              List.of("interface_id", "BYTE_ARRAY", "UTF8"),
              List.of("transithub_drop_no_route_packets", "INT64", ""),
              List.of("transithub_drop_no_route_bytes", "INT64", ""),
              List.of("transithub_drop_black_hole_packets", "INT64", ""),
              List.of("transithub_drop_black_hole_bytes", "INT64", ""),
              List.of("status", "BYTE_ARRAY", "UTF8"),
              List.of("host", "BYTE_ARRAY", "UTF8")),
          required);
    }
  }

  @Test
  void shouldHaveStatisticsOfEveryColumnThatHasValues() throws Exception {
    try (DuckDb duckDb = new DuckDb()) {
      Path file = write(Layout.nhn, new MixedRows(new Random(1)).batch(500));
      List<List<String>> without =
          duckDb.query(
              "SELECT path_in_schema FROM parquet_metadata('"
                  + file
                  + "') WHERE stats_min_value IS NULL OR stats_max_value IS NULL");
      assertEquals(
          List.of(
              List.of("path_in_schema"),
              List.of("traffic_path"),
              List.of("pkt_src_addr"),
              List.of("pkt_dst_addr"),
              List.of("pkt_src_port"),
              List.of("pkt_dst_port")),
          without);
      assertEquals(
          duckDb.query("SELECT min(packets)::VARCHAR AS a FROM " + DuckDb.parquet(file)),
          duckDb.query(
              "SELECT stats_min_value AS a FROM parquet_metadata('"
                  + file
                  + "') WHERE path_in_schema = 'packets'"));
    }
  }

  @Test
  void shouldCarryTheSchemaForReadersOfAvro() throws Exception {
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> values =
          duckDb.query(
              "SELECT decode(value) FROM parquet_kv_metadata('"
                  + write(Layout.nhn, droppedIcmp())
                  + "') WHERE decode(key) = 'parquet.avro.schema'");
      String schema = values.get(1).get(0);
      String packets = "{\"name\":\"packets\",\"type\":[\"null\",\"long\"],\"default\":null}";
      assertTrue(schema.contains(packets), schema);
    }
  }

  @Test
  void shouldBeOfTheFormatThatOldReadersKnow() throws SQLException, IOException {
    Path file = write(Layout.nhn, droppedIcmp());
    String start = new String(Files.readAllBytes(file), 0, 4, StandardCharsets.US_ASCII);
    assertEquals("PAR1", start);
    try (DuckDb duckDb = new DuckDb()) {
      assertEquals(
          List.of("parquet-mr", "1"),
          duckDb
              .query(
                  "SELECT split_part(created_by, ' ', 1), format_version"
                      + " FROM parquet_file_metadata('"
                      + file
                      + "')")
              .get(1));
    }
  }
}
