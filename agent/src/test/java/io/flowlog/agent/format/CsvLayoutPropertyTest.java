package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random rows in random columns of each layout, read back by a reader that knows only the text. */
class CsvLayoutPropertyTest {
  private static final int ROUNDS = 40;
  private static final int ROWS = 60;

  @ParameterizedTest
  @EnumSource
  void shouldBeReadBackAsItWas(Layout layout) throws IOException {
    Random random = new Random(20260301 + layout.ordinal());
    for (int round = 0; round < ROUNDS; round++) {
      List<String> names = someOf(RowLayout.of(layout).names(), random);
      TimestampUnit unit = TimestampUnit.values()[random.nextInt(TimestampUnit.values().length)];
      RandomRows rows = new RandomRows(random, unit);
      RecordBatch batch = new RecordBatch((ROWS + 1) * FlowRecord.BYTES_MAX);
      for (int i = 0; i < ROWS; i++) {
        rows.append(batch);
      }
      byte[] file =
          CsvFixture.file(
              CsvFixture.logger(layout, names, CompressionType.RAW),
              rows.dictionary,
              new EncoderSettings(unit, true, RandomRows.REGION, RandomRows.HOST),
              batch);
      List<List<@Nullable String>> lines = read(layout, new String(file, StandardCharsets.UTF_8));
      assertEquals(names, lines.get(0));
      assertEquals(ROWS + 1, lines.size());
      ExpectedValues expected = new ExpectedValues(layout, names);
      for (int i = 0; i < ROWS; i++) {
        assertRow(expected, rows.values.get(i), lines.get(i + 1));
      }
    }
  }

  private static List<String> someOf(List<String> names, Random random) {
    List<String> some = new ArrayList<>(names);
    Collections.shuffle(some, random);
    return some.subList(0, 2 + random.nextInt(some.size() - 1));
  }

  private static void assertRow(
      ExpectedValues expected, RandomRows.Values row, List<@Nullable String> line)
      throws IOException {
    assertEquals(expected.names().size(), line.size(), line::toString);
    for (int i = 0; i < line.size(); i++) {
      String name = expected.names().get(i);
      String read = line.get(i);
      String value = expected.of(name, row);
      if (read != null && name.matches(".*(src_?addr|dst_?addr)")) {
        assertTrue(value != null, name);
        assertEquals(InetAddress.getByName(value), InetAddress.getByName(read), name);
      } else {
        assertEquals(value, read, name);
      }
    }
  }

  /** Splits text at its separators; null stands for what the layout calls unknown. */
  private static List<List<@Nullable String>> read(Layout layout, String text) {
    List<List<@Nullable String>> lines = new ArrayList<>();
    if (layout == Layout.nhn) {
      CsvReader.read(text).forEach(line -> lines.add(withNulls(line, "")));
      return lines;
    }
    assertTrue(text.endsWith("\n"));
    for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
      lines.add(withNulls(List.of(line.split("\\s", -1)), "-"));
    }
    return lines;
  }

  private static List<@Nullable String> withNulls(List<String> line, String nullMark) {
    List<@Nullable String> values = new ArrayList<>();
    line.forEach(value -> values.add(value.equals(nullMark) ? null : value));
    return values;
  }
}
