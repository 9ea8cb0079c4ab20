package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FieldChoice;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.record.Column.Constant;
import io.flowlog.agent.record.Column.HighestVersion;
import io.flowlog.agent.record.Column.ValueType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RowLayoutTest {
  @Test
  void shouldKeepTheOrderOfTheVendorsExampleByDefault() {
    assertEquals(
        "timestamp_start,timestamp_end,interface_id,vm_id,subnet_id,vpc_id,region,protocol,"
            + "src_addr,dst_addr,src_port,dst_port,tcp_flag,packets,bytes,filter,status",
        String.join(",", RowLayout.of(Layout.nhn).defaultNames()));
  }

  @Test
  void shouldHaveAColumnPerFieldOfARecord() {
    assertEquals(
        Arrays.stream(RecordField.values()).map(RecordField::fieldName).toList(),
        RowLayout.of(Layout.nhn).names());
  }

  @Test
  void shouldHaveTheFieldsOfAwsVersions2To5() {
    RowLayout aws = RowLayout.of(Layout.aws);
    String version2 =
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"
            + " start end action log-status";
    assertEquals(version2, String.join(" ", aws.defaultNames()));
    assertEquals(
        version2
            + " vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr"
            + " region az-id sublocation-type sublocation-id"
            + " pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
        String.join(" ", aws.names()));
  }

  @Test
  void shouldHaveTheFieldsOfTheTelekomsLines() {
    RowLayout otc = RowLayout.of(Layout.otc);
    assertEquals(
        "version project-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"
            + " start end action log-status",
        String.join(" ", otc.names()));
    assertEquals(otc.names(), otc.defaultNames());
  }

  @Test
  void shouldHaveTheFieldsOfTheEnterpriseRoutersLines() {
    RowLayout er = RowLayout.of(Layout.er);
    assertEquals(
        "version project_id resource_id instance_id srcaddr dstaddr srcport dstport protocol"
            + " packets bytes start end direct",
        String.join(" ", er.names()));
    assertEquals(er.names(), er.defaultNames());
  }

  @ParameterizedTest
  @CsvSource({
    "aws, version, 2",
    "aws, bytes version, 2",
    "aws, version tcp-flags, 3",
    "aws, version vpc-id region, 4",
    "aws, traffic-path version vpc-id, 5",
    "otc, version, 1",
    "er, version direct, 1",
  })
  void shouldShowTheHighestVersionAmongTheColumns(Layout layout, String names, String version) {
    for (Column column : RowLayout.of(layout).choose(List.of(names.split(" ")))) {
      if (column.name().equals("version")) {
        assertEquals(new Constant(version), column.content());
        assertEquals(ValueType.INT32, column.type());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldHaveColumnsThatCanBeChosenByNamesOfTheirOwn(Layout layout) {
    RowLayout rows = RowLayout.of(layout);
    assertEquals(layout.name(), rows.name());
    Set<String> parquetNames = new HashSet<>();
    for (Column column : rows.choose(rows.names())) {
      assertTrue(parquetNames.add(column.parquetName()), column.name());
      assertTrue(column.parquetName().matches("[a-z0-9_]+"), column.parquetName());
      assertTrue(!(column.content() instanceof HighestVersion), "is resolved by then");
    }
    assertEquals(rows.names().size(), parquetNames.size());
    assertTrue(rows.names().containsAll(rows.defaultNames()));
    FieldChoice choice = new FieldChoice(rows.names(), rows.defaultNames());
    assertEquals(choice, RowLayout.fieldChoices().get(layout));
  }

  @Test
  void shouldGiveColumnsInTheOrderOfTheirChoice() {
    List<String> names = List.of("bytes", "account-id", "az-id");
    List<Column> chosen = RowLayout.of(Layout.aws).choose(names);
    assertEquals(names, chosen.stream().map(Column::name).toList());
    assertEquals(
        List.of("bytes", "account_id", "az_id"), chosen.stream().map(Column::parquetName).toList());
    assertThrows(
        IllegalArgumentException.class, () -> RowLayout.of(Layout.nhn).choose(List.of("srcaddr")));
  }

  @ParameterizedTest
  @CsvSource({
    "nhn, timestamp_start, INT64, false",
    "nhn, bytes, INT64, true",
    "nhn, setup_us, INT64, true",
    "nhn, transithub_drop_no_route_packets, INT64, false",
    "nhn, dst_port, INT32, true",
    "nhn, traffic_path, INT32, true",
    "nhn, initiator, INT32, true",
    "nhn, interface_id, TEXT, false",
    "nhn, region, TEXT, true",
    "nhn, status, TEXT, false",
    "aws, version, INT32, false",
    "aws, start, INT64, false",
    "aws, srcport, INT32, true",
    "aws, type, TEXT, true",
    "aws, az-id, TEXT, true",
    "otc, end, INT64, false",
  })
  void shouldGiveColumnsTheirType(Layout layout, String name, ValueType type, boolean nullable) {
    Column column = RowLayout.of(layout).choose(List.of(name)).get(0);
    assertEquals(type, column.type());
    assertEquals(nullable, column.isNullable());
  }
}
