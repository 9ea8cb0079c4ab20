package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Output that was looked at once and must not change unnoticed: files below {@code
 * src/test/resources/golden}.
 *
 * <p>{@code mvn test -Dflowlog.golden.update=true} rewrites them; the difference is then for
 * whoever commits it to explain.
 */
final class Golden {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
  private static final boolean UPDATE = Boolean.getBoolean("flowlog.golden.update");

  private Golden() {}

  /** Compares output, one golden file each: NAME.csv, or NAME-1.csv, NAME-2.csv, and so on. */
  static void assertSame(String name, List<byte[]> outputs) throws IOException {
    for (int i = 0; i < outputs.size(); i++) {
      String suffix = outputs.size() == 1 ? "" : "-" + (i + 1);
      assertSame(FOLDER.resolve(name + suffix + ".csv"), outputs.get(i));
    }
    try (Stream<Path> paths = Files.list(FOLDER)) {
      long known = paths.filter(p -> isOf(name, p.getFileName().toString())).count();
      assertEquals(outputs.size(), known, "golden files of " + name);
    }
  }

  private static boolean isOf(String name, String fileName) {
    return fileName.matches(name + "(-\\d+)?\\.csv");
  }

  private static void assertSame(Path golden, byte[] output) throws IOException {
    if (UPDATE) {
      Files.createDirectories(FOLDER);
      Files.write(golden, output);
      return;
    }
    byte[] expected = Files.readAllBytes(golden);
    // as text first, because the difference is then readable
    assertEquals(text(expected), text(output), golden.toString());
    assertArrayEquals(expected, output, golden.toString());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
