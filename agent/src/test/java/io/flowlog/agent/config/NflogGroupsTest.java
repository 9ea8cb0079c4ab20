package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.NflogConfig.Group;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.NflogConfig.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of {@code capture.nflog}, and what is refused. */
class NflogGroupsTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("basedir", ".")).resolve("../config/firewalls/nflog.yaml");

  private final TemporaryFiles files;

  NflogGroupsTest(@TempDir Path directory) {
    files = new TemporaryFiles(directory);
  }

  private static NflogConfig read(Path file, List<String> settings) {
    LoadedConfig loaded = ConfigLoader.load(file, settings);
    assertEquals(List.of(), loaded.problems());
    return Objects.requireNonNull(loaded.config()).capture().nflog();
  }

  @Test
  void shouldReadGroupsAndTheirPrefixesInOrder() {
    Path file =
        files.write(
            "agent.yaml",
            "host: a",
            "capture:",
            "  nflog:",
            "    - group: 30",
            "      receive_bytes: 1MiB",
            "      prefixes:",
            "        - {pattern: 'DROP:in', verdict: DROP, direction: ingress}",
            "        - {pattern: 'DROP:*', verdict: DROP, direction: both}",
            "    - group: 0",
            "      prefixes: [{pattern: '10158444994202490671', verdict: ACCEPT}]");
    Group first =
        new Group(
            30,
            1 << 20,
            List.of(
                new Prefix("DROP:in", Verdict.DROP, Direction.INGRESS),
                new Prefix("DROP:*", Verdict.DROP, Direction.UNKNOWN)));
    Prefix number = new Prefix("10158444994202490671", Verdict.ACCEPT, Direction.UNKNOWN);
    Group second = new Group(0, 32 << 20, List.of(number));

    assertEquals(new NflogConfig(List.of(first, second)), read(file, List.of()));
  }

  @Test
  void shouldShipAListThatWorks() throws Exception {
    Path file = files.write("agent.yaml", "host: a", "");
    NflogConfig config = read(file, List.of("capture.nflog=" + Files.readString(SHIPPED)));

    assertEquals(30, config.groups().get(0).number());
    assertEquals(
        List.of("DROP:egress", "DROP:ingress", "DROP:sg-fallback", "DROP", "ACCEPT"),
        config.groups().get(0).prefixes().stream().map(Prefix::dropPoint).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "x|: must be a list of objects, not the text \"x\": start each with a dash",
        "[{group: 70000, prefixes: [{pattern: a, verdict: DROP}]}]|[0].group: 70000 is out of"
            + " range: write a whole number from 0 to 65535",
        "[{prefixes: [{pattern: a, verdict: DROP}]}]|[0].group: is required: write the number that"
            + " the firewall's rules log to",
        "[{group: 1}]|[0].prefixes: is empty: list what the rules write before a packet, with its"
            + " verdict",
        "[{group: 1, prefixes: [{verdict: DROP}]}]|[0].prefixes[0].pattern: is required: write the"
            + " prefix, or its beginning and *",
        "[{group: 1, prefixes: [{pattern: a}]}]|[0].prefixes[0].verdict: is required: write ACCEPT"
            + " or DROP",
        "[{group: 1, prefixes: [{pattern: a*b, verdict: DROP}]}]|[0].prefixes[0].pattern: \"a*b\""
            + " is not the prefix of a rule: write 1 to 127 characters as in the rule, or the first"
            + " ones and * at the end",
        "[{group: 1, prefixes: [{pattern: a, verdict: REJECT}]}]|[0].prefixes[0].verdict:"
            + " \"REJECT\" is not a known value: use ACCEPT, DROP",
        "[{group: 1, prefixes: [{pattern: a, verdict: DROP, direction: in}]}]|"
            + "[0].prefixes[0].direction: \"in\" is not a known value: use both, ingress (to the"
            + " virtual machine), egress (from it)",
        "[{group: 1, prefixes: [{pattern: a*, verdict: DROP}, {pattern: ab, verdict: ACCEPT}]}]|"
            + "[0].prefixes[1].pattern: \"ab\" never counts: \"a*\" before it fits everything that"
            + " it fits: put it first, or remove it",
        "[{group: 1, prefixes: [{pattern: a, verdict: DROP}]}, {group: 1, prefixes: [{pattern: b,"
            + " verdict: DROP}]}]|[1].group: 1 is listed already: put all prefixes into one",
        "[{group: 1, prefix: a, prefixes: [{pattern: a, verdict: DROP}]}]|[0].prefix: unknown key:"
            + " did you mean prefixes?",
        "[{group: 1, receive_bytes: 1B, prefixes: [{pattern: a, verdict: DROP}]}]|"
            + "[0].receive_bytes: \"1B\" is out of range: write 4KiB to 1GiB",
      })
  void shouldRefuse(String list, String message) {
    Path file = files.write("agent.yaml", "host: a", "capture: {nflog: " + list + "}");
    assertEquals(
        List.of("agent.yaml:2: capture.nflog" + message),
        ConfigLoader.load(file, List.of()).problems().stream().map(this::shown).toList());
  }

  private String shown(Problem problem) {
    String line = problem.toString();
    return line.substring(line.indexOf("agent.yaml"));
  }
}
