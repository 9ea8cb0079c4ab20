package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What encoders need of the process that they run in: memory and libraries. */
class EncoderProcessTest {
  private static final int MILLION = 1_000_000;
  private static final long RESIDENT_KIB_MAX = 256 << 10;

  @TempDir private Path folder;

  private static String run(Predicate<String> isLeftOut, String... arguments) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .filter(entry -> !isLeftOut.test(Path.of(entry).getFileName().toString()))
            .collect(Collectors.joining(":"));
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                EncoderChild.class.getName()));
    command.addAll(List.of(arguments));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, child.waitFor(), "the child says above what is wrong");
    return output.strip();
  }

  private static boolean isHadoop(String jar) {
    return jar.startsWith("hadoop-");
  }

  private static boolean isOfOtherFormats(String jar) {
    return jar.matches("(hadoop|parquet|avro|jackson|jts|zstd|snappy)-.*");
  }

  @ParameterizedTest
  @EnumSource
  void shouldWriteAMillionRowsInASmallHeapAndWithoutHadoop(CompressionType codec) throws Exception {
    Path file = folder.resolve("million.parquet");
    run(EncoderProcessTest::isHadoop, "write", "PARQUET", codec.name(), MILLION + "", file + "");
    try (DuckDb duckDb = new DuckDb()) {
      List<String> found =
          duckDb
              .query(
                  "SELECT count(*), count(src_addr) > 900000, count(DISTINCT interface_id),"
                      + " (SELECT count(DISTINCT row_group_id) > 1 FROM parquet_metadata('"
                      + file
                      + "')) FROM "
                      + DuckDb.parquet(file))
              .get(1);
      assertEquals(List.of(Integer.toString(MILLION), "true", "3", "true"), found);
    }
  }

  @Test
  void shouldNeedNothingOfParquetForText() throws Exception {
    Path plain = folder.resolve("rows.csv");
    run(EncoderProcessTest::isOfOtherFormats, "write", "CSV", "RAW", "10000", plain + "");
    assertEquals(10_001, Files.readAllLines(plain).size());
    Path zipped = folder.resolve("rows.csv.gz");
    run(EncoderProcessTest::isOfOtherFormats, "write", "CSV", "GZIP", "10000", zipped + "");
    assertTrue(Files.size(zipped) > 0);
  }

  @ParameterizedTest
  @CsvSource({"CSV, ZSTD", "PARQUET, ZSTD"})
  void shouldGiveMemoryBackWhenClosedUnfinished(String format, String compression)
      throws Exception {
    long kib = Long.parseLong(run(EncoderProcessTest::isHadoop, "abandon", format, compression));
    assertTrue(kib < RESIDENT_KIB_MAX, kib + " KiB");
  }
}
