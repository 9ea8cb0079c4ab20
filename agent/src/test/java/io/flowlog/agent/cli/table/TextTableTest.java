package io.flowlog.agent.cli.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.table.TextTable.Column;
import io.flowlog.agent.logger.Snapshots;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables, whatever is in their cells. */
class TextTableTest {
  private static final String ACCENT = "e\u0301";

  private static List<String> lines(Column column, String... cells) {
    TextTable table = new TextTable(List.of(column, Column.text("end")));
    for (String cell : cells) {
      table.add(List.of(cell, "|"));
    }
    return table.lines();
  }

  @Test
  void shouldBeAsWideAsWhatIsInIt() {
    assertEquals(List.of("a  end"), lines(Column.text("a")));
    assertEquals(List.of("a    end", "one  |", "     |"), lines(Column.text("a"), "one", ""));
    assertEquals(
        List.of("number  end", "     1  |", "    10  |"),
        lines(Column.number("number"), "1", "10"));
  }

  @Test
  void shouldAlignCharactersThatAreWideOrHaveNoWidth() {
    assertEquals(
        List.of(
            "name    end",
            "한글    |",
            "日本語  |",
            ACCENT + "t" + ACCENT + "     |",
            "😀      |",
            "ﾊﾝ      |",
            "ascii   |"),
        lines(Column.text("name"), "한글", "日本語", ACCENT + "t" + ACCENT, "😀", "ﾊﾝ", "ascii"));
  }

  @Test
  void shouldCutWhatIsTooLong() {
    assertEquals(
        List.of("name   end", "12345  |", "1234…  |", "한글   |", "한글…  |", "日본…  |"),
        lines(Column.text("name").atMost(5), "12345", "123456", "한글", "한글글", "日본어"));
  }

  @Test
  void shouldShowWhatATerminalWouldObey() {
    assertEquals(
        "\"q\" \\ /</script>\\u0000\\u0008\\u000a\\u000d\\u0009\\u001b[31m\\u007f\\u009b2J"
            + "\\u00ad\\u2028\\u202e한글 日本 "
            + ACCENT
            + " 😀",
        DisplayText.printable(Snapshots.STRANGE));
    assertEquals("\\ud800x\\ue000\\ufdd0", DisplayText.printable("\ud800x\ue000\ufdd0"));
  }

  @Test
  void shouldStayInItsColumnsWhateverComes() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      int[] characters = random.ints(random.nextInt(20), 0, 0x110000).toArray();
      String text = new String(characters, 0, characters.length);
      String line = lines(Column.text("a").atMost(12), text).get(1);
      assertTrue(line.endsWith("|"), line);
      assertTrue(DisplayText.width(line) <= 12 + 3, line);
      assertEquals(line, DisplayText.printable(line));
    }
  }
}
