package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written about the drop program's entries, beside what the C compiler makes of them. */
class DropLayoutTest {
  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("KEY_BYTES", "sizeof(struct drop_key)"),
          Map.entry("COUNTS_BYTES", "sizeof(struct drop_counts)"),
          Map.entry("COUNTS_IP_BYTES_AT", "offsetof(struct drop_counts, bytes)"),
          Map.entry("COUNTS_FIRST_AT", "offsetof(struct drop_counts, first_ns)"),
          Map.entry("COUNTS_LAST_AT", "offsetof(struct drop_counts, last_ns)"),
          Map.entry("CONTROL_BYTES", "sizeof(struct drop_control)"),
          Map.entry("CONTROL_CLOCK_OFFSET_AT", "offsetof(struct drop_control, clock_offset_ns)"),
          Map.entry("LOST_BYTES", "sizeof(struct drop_lost)"),
          Map.entry("LOST_IP_BYTES_AT", "offsetof(struct drop_lost, bytes)"));

  @TempDir private Path folder;

  private static String expression(String name) {
    String field = FIELDS.get(name);
    if (field != null) {
      return field;
    }
    if (!name.endsWith("_AT")) {
      return name;
    }
    String lowerCase = name.toLowerCase(Locale.ROOT);
    String[] parts = lowerCase.substring(0, name.length() - "_AT".length()).split("_", 2);
    return "offsetof(struct drop_" + parts[0] + ", " + parts[1] + ")";
  }

  private static Map<String, Long> ofBridge() throws IllegalAccessException {
    Map<String, Long> numbers = new TreeMap<>();
    for (Field field : DropLayout.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        numbers.put(field.getName(), (long) field.getInt(null));
      }
    }
    return numbers;
  }

  private static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldAgreeWithTheProgramsSource() throws Exception {
    Path header = Path.of(System.getProperty("basedir", "."), "src/main/bpf/drops.h");
    StringBuilder program = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n");
    program.append("#include \"").append(header.toAbsolutePath()).append("\"\nint main(void) {\n");
    for (String name : ofBridge().keySet()) {
      program.append("  printf(\"%s %ld\\n\", \"").append(name).append("\", (long) (");
      program.append(expression(name)).append("));\n");
    }
    Path source = folder.resolve("layout.c");
    Files.writeString(source, program.append("}\n"));
    Path executable = folder.resolve("layout");
    assertEquals("", output("gcc", "-o", executable.toString(), source.toString()));

    StringBuilder expected = new StringBuilder();
    ofBridge().forEach((name, number) -> expected.append(name + " " + number + "\n"));
    assertEquals(expected.toString(), output(executable.toString()));
  }
}
