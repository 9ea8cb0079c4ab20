package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table definitions that are shipped, over files that our encoders wrote. */
class TableDefinitionsTest {
  private static final Path TABLES = Path.of("../config/tables");
  private static final String PLACE = "/srv/flow-logs";
  private static final Pattern VIEW = Pattern.compile("CREATE OR REPLACE VIEW (\\w+) AS[^;]*;");
  private static final List<String> HIVE =
      List.of("year=2026/month=01/day=09", "year=2026/month=12/day=31");
  private static final List<String> DAYS = List.of("2026/01/09", "2026/12/31/23");

  @TempDir private Path folder;

  private final MixedRows rows = new MixedRows(new Random(20_261_121));

  private static String statement(String view) throws IOException {
    Matcher found = VIEW.matcher(Files.readString(TABLES.resolve("duckdb.sql")));
    while (found.find()) {
      if (found.group(1).equals(view)) {
        return found.group();
      }
    }
    throw new AssertionError("no statement makes " + view);
  }

  /** Returns what a query must find of a batch in a folder; low bits only, so that sums fit. */
  private static String totals(String path, RecordBatch batch) {
    long packets = 0;
    long bytes = 0;
    int rows = 0;
    FlowRecord row = new FlowRecord();
    for (int offset = 0; offset < batch.usedBytes(); offset += row.rowBytes()) {
      row.at(batch.data(), offset);
      packets += row.packets() & 0xffff;
      bytes += row.bytes() & 0xffff;
      rows++;
    }
    List<String> date = Arrays.asList(path.replaceAll("[a-z=]", "").split("/", -1));
    return String.format(
        "%d-%d-%d: %d rows, %d, %d",
        Integer.parseInt(date.get(0)),
        Integer.parseInt(date.get(1)),
        Integer.parseInt(date.get(2)),
        rows,
        packets,
        bytes);
  }

  private void write(
      String path, LogFormat format, CompressionType compression, RecordBatch batch, boolean all)
      throws IOException {
    RowLayout layout = RowLayout.of(Layout.nhn);
    List<String> fields = all ? layout.names() : layout.defaultNames();
    FlowLogger logger = CsvFixture.logger(Layout.nhn, fields, format, compression);
    String extension = new RecordEncoders(CsvFixture.SETTINGS).extension(logger);
    Path place = Files.createDirectories(folder.resolve(path));
    byte[] file = CsvFixture.file(logger, MixedRows.dictionary(), CsvFixture.SETTINGS, batch);
    Files.write(place.resolve("rows-" + compression + extension), file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flow_csv",
        "flow_csv_by_day",
        "flow_csv_all",
        "flow_csv_all_by_day",
        "flow_parquet",
        "flow_parquet_by_day"
      })
  void shouldFindAllRowsInDuckDb(String view) throws Exception {
    boolean isParquet = view.contains("parquet");
    List<String> expected = new ArrayList<>();
    CompressionType[] compressions =
        isParquet
            ? CompressionType.values()
            : new CompressionType[] {
              CompressionType.RAW, CompressionType.GZIP, CompressionType.ZSTD
            };
    for (String path : view.endsWith("by_day") ? DAYS : HIVE) {
      RecordBatch batch = rows.batch(300);
      // Parquet's view takes files of different fields beside each other.
      for (CompressionType compression : compressions) {
        boolean all = isParquet ? compression != CompressionType.RAW : view.contains("all");
        write(path, isParquet ? LogFormat.PARQUET : LogFormat.CSV, compression, batch, all);
      }
      expected.add(totals(path, batch));
    }
    try (DuckDb duckDb = new DuckDb()) {
      duckDb.run(statement(view).replace(PLACE, folder.toString()));
      List<List<String>> found =
          duckDb.query(
              String.format(
                  "SELECT year || '-' || month || '-' || day || ': ' || count(*) // %d ||"
                      + " ' rows, ' || sum(packets & 65535) // %d || ', ' ||"
                      + " sum(bytes & 65535) // %d FROM %s GROUP BY year, month, day"
                      + " ORDER BY year, month, day",
                  compressions.length, compressions.length, compressions.length, view));
      assertEquals(expected, found.stream().skip(1).map(line -> line.get(0)).toList());
    }
  }

  @Test
  void shouldNameEveryFieldInEveryDefinition() throws IOException {
    for (String file :
        List.of("duckdb.sql", "athena.sql", "trino.sql", "spark.sql", "clickhouse.sql")) {
      assertNames(file, RowLayout.of(Layout.nhn).names());
    }
    List<String> aws = RowLayout.of(Layout.aws).names();
    assertNames("athena-aws.sql", aws.stream().map(name -> name.replace('-', '_')).toList());
  }

  private static void assertNames(String file, List<String> names) throws IOException {
    String text = Files.readString(TABLES.resolve(file));
    for (String name : names) {
      assertTrue(Pattern.compile("\\b" + name + "\\b").matcher(text).find(), file + ": " + name);
    }
  }
}
