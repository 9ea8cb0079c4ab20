package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class YamlReaderTest {
  private final List<Problem> problems = new ArrayList<>();

  @Test
  void shouldReadTheKindsOfValueThatJsonHas() throws ProblemException {
    Map<String, @Nullable Object> expected = new LinkedHashMap<>();
    expected.put("text", "a b");
    expected.put("number", -12L);
    expected.put("flag", true);
    expected.put("nothing", null);
    expected.put("list", Arrays.asList("x", 1L, null));
    expected.put("object", Map.of("k", "v"));
    assertEquals(
        expected,
        read(
                "text: a b",
                "number: -12",
                "flag: true",
                "nothing:",
                "list: [x, 1, ~]",
                "object:",
                "  k: v")
            .root());
    assertEquals(List.of(), problems);
  }

  @Test
  void shouldReadJsonWithTabsAndEscapes() throws ProblemException {
    assertEquals(
        Map.of("a", 1L, "b", "\ud83d\ude00/x"),
        read("{", "\t\"a\":\t1,", "\t\"b\": \"\\ud83d\\ude00\\/x\"", "}").root());
  }

  @Test
  void shouldLeaveIdsAndOtherOddNumbersAsText() throws ProblemException {
    assertEquals(
        List.of(
            "00000000000000000000000000000001",
            "12345678901234567890123456789012",
            "fa:16:3e:12:34:56",
            "1e3",
            "1.5",
            "0x10",
            "yes",
            "2026-11-20"),
        read(
                "- 00000000000000000000000000000001",
                "- 12345678901234567890123456789012",
                "- fa:16:3e:12:34:56",
                "- 1e3",
                "- 1.5",
                "- 0x10",
                "- yes",
                "- 2026-11-20")
            .root());
  }

  @Test
  void shouldKnowTheLineOfEveryValue() throws ProblemException {
    Document document = read("# comment", "a: 1", "b:", "- x", "- c: 2", "  d: 3");
    assertEquals(2, document.placeOf("a").line());
    assertEquals(3, document.placeOf("b").line());
    assertEquals(4, document.placeOf("b[0]").line());
    assertEquals(6, document.placeOf("b[1].d").line());
    assertEquals(5, document.placeOf("b[1].missing").line());
    assertEquals(2, document.placeOf("missing.below[3].x").line());
  }

  @Test
  void shouldReportDuplicateKeysAndGoOn() throws ProblemException {
    assertEquals(Map.of("a", 1L, "b", 4L), read("a: 1", "a: {a: 2}", "b: 4", "\"a\": 3").root());
    expect(
        "f:2: a: is given twice, first in line 1: keep one",
        "f:4: a: is given twice, first in line 1: keep one");
  }

  @Test
  void shouldRefuseAliases() throws ProblemException {
    read("a: &x [1]", "b: *x");
    expect("f:2: b: is an alias: write the value out: * and & are not supported");
  }

  @Test
  void shouldRefuseTypeTags() throws ProblemException {
    read("a: !!python/object 1", "b: !!str 5", "c: !!set {}", "d: !x [1]");
    expect(
        "f:1: a: has the type tag \"tag:yaml.org,2002:python/object\": remove it",
        "f:3: c: has the type tag \"tag:yaml.org,2002:set\": remove it",
        "f:4: d: has the type tag \"!x\": remove it");
  }

  @Test
  void shouldRefuseASecondDocument() {
    expectEnd(
        "f:2: holds a second document: keep one; use a list for several objects",
        "a: 1",
        "---",
        "b: 2");
  }

  @Test
  void shouldRefuseKeysThatAreNoText() {
    expectEnd("f:1: has a key that is no short text: write key: value", "? [a]", ": b");
    expectEnd("f:1: has a key that is no short text: write key: value", "x".repeat(101) + ": 1");
  }

  @Test
  void shouldRefuseDepthBeforeTheStackIsExhausted() {
    expectEnd(
        "f:1: is nested too deeply: nothing here needs more than a few levels",
        "[".repeat(500_000));
    expectEnd(
        "f:12: is nested too deeply: nothing here needs more than a few levels",
        IntStream.range(0, 100).mapToObj(i -> " ".repeat(i) + "a:").toArray(String[]::new));
  }

  @Test
  void shouldRefuseMoreValuesThanAnybodyWrites() {
    expectEnd(
        "f:1: holds more than 100000 values: split it, or check the path",
        "[" + "1,".repeat(100_000) + "]");
  }

  @Test
  void shouldTellATabFromOtherMistakes() {
    expectEnd("f:2: a tab stands where spaces must: indent with spaces", "a:", "\tb: 1");
  }

  @Test
  void shouldNameTheLineOfASyntaxError() {
    expectEnd(
        "f:3: syntax error, expected <block end>, but found '?': mend the line, or the one"
            + " before it",
        "- a",
        "- b",
        "c: 1");
    expectEnd(
        "f:2: syntax error, mapping values are not allowed here: mend the line, or the one before"
            + " it",
        "a: 1",
        "b: c: d");
    expectEnd(
        "f:1: syntax error, expected the node content, but found '<stream end>': mend the line,"
            + " or the one before it",
        "a: [");
  }

  @Test
  void shouldNameTheLineOfACharacterThatYamlForbids() {
    expectEnd(
        "f:2: holds the character U+0000: remove it, or write it as an escape in double quotes",
        "\ud83d\ude00: 1",
        "b: \u0000");
  }

  @Test
  void shouldSurviveAnEscapeThatTheFileCutsOff() {
    expectEnd("f:2: syntax error here or below: mend the text", "a: 1", "b: \"\\x");
  }

  @Test
  void shouldRefuseAnotherVersionOfYaml() {
    expectEnd(
        "f:1: is no YAML that can be read: check the %YAML line; 1.2 is read",
        "%YAML 3.0", "---", "a: 1");
  }

  private Document read(String... lines) throws ProblemException {
    return YamlReader.read("f", String.join("\n", lines), problems);
  }

  private void expect(String... lines) {
    assertEquals(List.of(lines), problems.stream().map(Problem::toString).toList());
  }

  private void expectEnd(String message, String... lines) {
    assertEquals(message, assertThrows(ProblemException.class, () -> read(lines)).getMessage());
  }
}
