package io.flowlog.agent.logger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.StorageRules.UrlForm;
import io.flowlog.agent.port.Checked;
import io.flowlog.agent.port.FieldProblem;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoggerRulesTest {
  private static final UUID ASSIGNED = UUID.fromString("c0a8f6d2-3b7e-4a15-8f90-6d4e2c1b0a98");
  private static final String RESOURCE = "045e204c-4624-4b68-ac8a-7375989d3b79";
  private static final String PROJECT = "7d9f0c3b5a1e4f6880a2c4e6d8b0f1a3";
  private static final String URL = "https://store.example.com/v1/AUTH_1/box/logs";
  private static final String VARIABLES =
      "#{logger_id}#{year}#{month}#{day}#{hour}#{minute}#{second}";

  private static final FieldChoice NHN =
      new FieldChoice(List.of("bytes", "packets", "direction"), List.of("packets", "bytes"));

  private final LoggerRules rules =
      new LoggerRules(
          choices(),
          new StorageRules(
              List.of(Path.of("/srv/logs")),
              Map.of(new EndpointPrefix("https://store.example.com"), UrlForm.SWIFT)));

  private final Map<String, @Nullable Object> tree =
      new LinkedHashMap<>(
          Map.of("name", "n", "resource_id", RESOURCE, "storage_type", "OBS", "storage_url", URL));

  private static Map<Layout, FieldChoice> choices() {
    Map<Layout, FieldChoice> choices = new EnumMap<>(Layout.class);
    for (Layout layout : Layout.values()) {
      choices.put(layout, new FieldChoice(List.of(layout + "-1", "x"), List.of(layout + "-1")));
    }
    choices.put(Layout.nhn, NHN);
    return choices;
  }

  @Test
  void shouldFillInTheDefaults() {
    assertEquals(
        new FlowLogger(
            ASSIGNED,
            "n",
            "",
            ResourceType.PORT,
            UUID.fromString(RESOURCE),
            TrafficFilter.ALL,
            10,
            false,
            StorageType.OBS,
            URL,
            LogFormat.CSV,
            CompressionType.RAW,
            Layout.nhn,
            NHN.defaults(),
            "DAY",
            null,
            true,
            null),
        good());
  }

  @Test
  void shouldTakeEveryFieldAsItIsGiven() {
    UUID id = UUID.fromString("11111111-2222-4333-8444-555555555555");
    tree.put("id", id.toString());
    tree.put("description", "d");
    tree.put("resource_type", "VPC");
    tree.put("filter", "DROP");
    tree.put("aggregation_interval", 15L);
    tree.put("connection_setup_only", true);
    tree.put("storage_type", "FILE");
    tree.put("storage_url", "file:///srv/logs/x");
    tree.put("compression_type", "GZIP");
    tree.put("customized_field", "direction, packets");
    tree.put("partition_period", "year=#{year}/month=#{month}");
    tree.put("customized_file_name", "log-" + VARIABLES);
    tree.put("admin_state_up", false);
    tree.put("project_id", PROJECT);
    tree.put("layout", "nhn");
    assertEquals(
        new FlowLogger(
            id,
            "n",
            "d",
            ResourceType.VPC,
            UUID.fromString(RESOURCE),
            TrafficFilter.DROP,
            15,
            true,
            StorageType.FILE,
            "file:///srv/logs/x",
            LogFormat.CSV,
            CompressionType.GZIP,
            Layout.nhn,
            List.of("direction", "packets"),
            "year=#{year}/month=#{month}",
            "log-" + VARIABLES,
            false,
            PROJECT),
        good());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "nhn")
  void shouldTakeTheFieldsOfTheLayout(Layout layout) {
    tree.put("layout", layout.name());
    assertEquals(layout, good().layout());
    assertEquals(List.of(layout + "-1"), good().fields());
    tree.put("customized_field", "x, " + layout + "-1");
    assertEquals(List.of("x", layout + "-1"), good().fields());
    tree.put("customized_field", "bytes");
    expect(
        "customized_field",
        "\"bytes\" is not a field of layout " + layout,
        "known are " + layout + "-1, x");
  }

  @Test
  void shouldNotJudgeTheFieldsOfAnUnknownLayout() {
    tree.put("layout", "gcp");
    tree.put("customized_field", "jsonPayload");
    expect("layout", "\"gcp\" is not a known value", "use nhn, aws, otc, er");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "resource_id", "storage_type", "storage_url"})
  void shouldRequireField(String field) {
    tree.remove(field);
    expect(field, "is required", "add it");
    tree.put(field, null);
    expect(field, "is required", "add it");
  }

  @Test
  void shouldIgnoreWhatOnlyTheAgentWrites() {
    for (String field :
        List.of("status", "error_type", "error_message", "created_at", "updated_at")) {
      tree.put(field, "whatever");
    }
    assertNotNull(good());
  }

  @Test
  void shouldRefuseTextOutOfItsLength() {
    tree.put("name", "");
    expect("name", "is empty", "give the logger a name");
    tree.put("name", "\ud55c".repeat(255));
    assertNotNull(good());
    tree.put("name", "x".repeat(256));
    expect("name", "has 256 characters", "use at most 255");
    tree.put("name", "n");
    tree.put("description", "x".repeat(256));
    expect("description", "has 256 characters", "use at most 255");
  }

  @ParameterizedTest
  @CsvSource({
    "resource_type, 'PORT, SUBNET, VPC'",
    "filter, 'ALL, ACCEPT, DROP'",
    "storage_type, 'OBS, FILE'",
    "log_format, 'CSV, PARQUET'",
    "compression_type, 'RAW, GZIP, ZSTD, SNAPPY'",
    "layout, 'nhn, aws, otc, er'",
  })
  void shouldNameTheValuesOfAnEnum(String field, String values) {
    tree.put(field, "Other");
    expect(field, "\"Other\" is not a known value", "use " + values);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 16, -1, Long.MAX_VALUE})
  void shouldRefuseAnIntervalOutOfRange(long interval) {
    tree.put("aggregation_interval", interval);
    expect(
        "aggregation_interval", interval + " is out of range", "write a whole number from 1 to 15");
  }

  @Test
  void shouldRefuseValuesOfAnotherType() {
    tree.put("aggregation_interval", "10");
    expect(
        "aggregation_interval",
        "must be a whole number, not the text \"10\"",
        "write a whole number from 1 to 15");
    tree.put("aggregation_interval", 10L);
    tree.put("admin_state_up", "yes");
    expect(
        "admin_state_up",
        "must be true or false, not the text \"yes\"",
        "write true or false, no quotes");
  }

  @Test
  void shouldRefuseAnIdThatIsNoUuid() {
    tree.put("id", "web");
    expect("id", "\"web\" is not a UUID", "write it like 1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d");
  }

  @Test
  void shouldRefuseAnUnknownRecordField() {
    tree.put("customized_field", "packets,byte");
    expect("customized_field", "\"byte\" is not a field of layout nhn", "did you mean bytes?");
  }

  @Test
  void shouldRefuseARecordFieldThatComesTwice() {
    tree.put("customized_field", "packets, bytes,packets");
    expect("customized_field", "\"packets\" comes twice", "name it once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "packets,", "packets,,bytes"})
  void shouldRefuseAnEmptyRecordField(String fields) {
    tree.put("customized_field", fields);
    expect("customized_field", "names an empty field", "write names with one comma between them");
  }

  @Test
  void shouldTakeThePartitionPeriodByItsOtherName() {
    tree.put("partitioned_period", "HOUR");
    assertEquals("HOUR", good().partitionPeriod());
    tree.put("partition_period", "HOUR");
    assertEquals("HOUR", good().partitionPeriod());
    tree.put("partition_period", "DAY");
    expect("partitioned_period", "differs from partition_period", "drop one of them");
  }

  @Test
  void shouldTakeTheOwnerByEitherName() {
    tree.put("tenant_id", PROJECT.toUpperCase(Locale.ROOT));
    assertEquals(PROJECT, good().projectId());
    tree.put("project_id", PROJECT);
    assertEquals(PROJECT, good().projectId());
    tree.put("project_id", PROJECT.replace('7', '8'));
    expect("tenant_id", "differs from project_id", "both name the owner: drop one");
  }

  @Test
  void shouldRefuseSnappyOutsideParquet() {
    tree.put("compression_type", "SNAPPY");
    expect("compression_type", "SNAPPY goes with PARQUET only", "use RAW, GZIP or ZSTD with CSV");
  }

  @ParameterizedTest
  @CsvSource({"CSV, ZSTD", "PARQUET, RAW", "PARQUET, GZIP", "PARQUET, SNAPPY", "PARQUET, ZSTD"})
  void shouldTakeEveryFormatWithItsCompressions(LogFormat format, CompressionType compression) {
    tree.put("log_format", format.name());
    tree.put("compression_type", compression.name());
    assertEquals(format, good().logFormat());
    assertEquals(compression, good().compressionType());
  }

  @Test
  void shouldRefuseAnUnknownKey() {
    tree.put("agregation_interval", 1L);
    expect("agregation_interval", "unknown key", "did you mean aggregation_interval?");
  }

  @Test
  void shouldNotJudgeTheUrlOfAnUnknownStorageType() {
    tree.put("storage_type", "FTP");
    tree.put("storage_url", "ftp://x");
    expect("storage_type", "\"FTP\" is not a known value", "use OBS, FILE");
  }

  @Test
  void shouldTellAllMistakesAtOnce() {
    Checked<FlowLogger> checked =
        rules.check(Map.of("name", "", "filter", "SOME", "x", 1L), ASSIGNED);
    assertEquals(
        Set.of("name", "filter", "x", "resource_id", "storage_type", "storage_url"),
        Set.copyOf(checked.problems().stream().map(FieldProblem::field).toList()));
    assertEquals(6, checked.problems().size());
  }

  @Test
  void shouldDeriveTheSameIdFromTheSameFile() {
    UUID id = LoggerIds.ofFile("web.yaml", 0);
    assertEquals(id, LoggerIds.ofFile("web.yaml", 0));
    assertEquals(5, id.version());
    assertEquals(2, id.variant());
    assertEquals(
        4,
        Set.of(
                id,
                LoggerIds.ofFile("web.yaml", 1),
                LoggerIds.ofFile("web.yaml", 2),
                LoggerIds.ofFile("db.yaml", 0))
            .size());
    // Stored files bear it: this value must hold for ever.
    assertEquals("da84b36a-9c14-5743-bd48-ccd19b0be678", id.toString());
  }

  private FlowLogger good() {
    Checked<FlowLogger> checked = rules.check(tree, ASSIGNED);
    assertEquals(List.of(), checked.problems());
    FlowLogger logger = checked.value();
    if (logger == null) {
      throw new AssertionError("neither a logger nor a problem");
    }
    return logger;
  }

  private void expect(String field, String what, String remedy) {
    Checked<FlowLogger> checked = rules.check(tree, ASSIGNED);
    assertEquals(List.of(new FieldProblem(field, what, remedy)), checked.problems());
    assertNull(checked.value());
  }
}
