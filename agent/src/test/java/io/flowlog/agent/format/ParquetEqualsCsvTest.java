package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rows as CSV and as Parquet, both read by somebody else, are the same. */
class ParquetEqualsCsvTest {
  private static final int ROUNDS = 8;

  @TempDir private Path folder;

  private final Random random = new Random(20_261_120);

  private Path write(FlowLogger logger, TimestampUnit unit, RecordBatch batch) throws IOException {
    EncoderSettings settings = new EncoderSettings(unit, true, "KR1", "host-1");
    RecordEncoders encoders = new RecordEncoders(settings);
    Path file = folder.resolve("rows" + encoders.extension(logger));
    Files.write(file, CsvFixture.file(logger, MixedRows.dictionary(), settings, batch));
    return file;
  }

  private static List<List<String>> readText(DuckDb duckDb, Layout layout, Path file)
      throws SQLException {
    RowLayout rows = RowLayout.of(layout);
    return duckDb.query(
        String.format(
            "SELECT * FROM read_csv('%s', delim = '%s', nullstr = '%s', header = true,"
                + " quote = '\"', escape = '\"', all_varchar = true)",
            file, rows.separator(), rows.nullMark()));
  }

  private static List<List<String>> readParquet(DuckDb duckDb, Path file) throws SQLException {
    return duckDb.query("SELECT * FROM " + DuckDb.parquet(file));
  }

  private void compare(Layout layout, List<String> fields, TimestampUnit unit, RecordBatch batch)
      throws IOException, SQLException {
    CompressionType ofText = CompressionType.values()[random.nextInt(3)];
    FlowLogger text = CsvFixture.logger(layout, fields, LogFormat.CSV, ofText);
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> expected = readText(duckDb, layout, write(text, unit, batch));
      assertEquals(fields, expected.get(0));
      expected.set(0, fields.stream().map(name -> name.replace('-', '_')).toList());
      for (CompressionType codec : CompressionType.values()) {
        FlowLogger parquet = CsvFixture.logger(layout, fields, LogFormat.PARQUET, codec);
        List<List<String>> found = readParquet(duckDb, write(parquet, unit, batch));
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
          assertEquals(expected.get(i), found.get(i), "row " + i + " by " + codec);
        }
        assertEquals(expected.size(), found.size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldShowAllColumnsOfMixedRowsAsTextDoes(Layout layout) throws Exception {
    List<String> all = RowLayout.of(layout).names();
    for (TimestampUnit unit : TimestampUnit.values()) {
      compare(layout, all, unit, new MixedRows(random).batch(1000));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldShowAnyChoiceOfColumnsAsTextDoes(Layout layout) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> names = new ArrayList<>(RowLayout.of(layout).names());
      Collections.shuffle(names, random);
      List<String> some = names.subList(0, 2 + random.nextInt(names.size() - 1));
      compare(layout, some, TimestampUnit.SECONDS, new MixedRows(random).batch(200));
    }
  }

  @Test
  void shouldKeepTheEndsOfTime() throws Exception {
    RecordBatch batch = CsvFixture.row(row -> row.times(Long.MIN_VALUE, Long.MAX_VALUE));
    List<String> times = List.of("timestamp_start", "timestamp_end");
    compare(Layout.nhn, times, TimestampUnit.NANOSECONDS, batch);
  }
}
