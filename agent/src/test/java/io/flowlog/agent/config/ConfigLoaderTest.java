package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.format.FormatConfig;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.store.StoreConfig;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  private static final String LISTEN = "api.metrics_listen";

  private final TemporaryFiles files;
  private Path hostName;

  ConfigLoaderTest(@TempDir Path directory) {
    files = new TemporaryFiles(directory);
    hostName = directory;
  }

  @BeforeEach
  void nameTheHost() {
    hostName = files.write("hostname", "node-7", "");
  }

  @Test
  void shouldUseTheDefaultsOfEachPackageWithoutAFile() {
    AgentConfig config = good(null);
    assertEquals("node-7", config.host());
    assertEquals(ZoneOffset.UTC, config.timeZone());
    assertEquals(TimestampUnit.SECONDS, config.timestampUnit());
    assertEquals(FlowConfig.defaults(), config.flow());
    assertEquals(FormatConfig.defaults(), config.format());
    assertEquals(StoreConfig.defaults(), config.store());
  }

  @Test
  void shouldFindTheKernelsOwnHostNameOrSayHowToSetOne() {
    LoadedConfig loaded = ConfigLoader.load(null, List.of("host=set-here"));
    assertEquals(List.of(), loaded.problems());
    LoadedConfig byKernel = ConfigLoader.load(null, List.of());
    assertEquals(byKernel.config() == null, !byKernel.problems().isEmpty());
  }

  @Test
  void shouldReadEveryKey() {
    Path file =
        files.write(
            "full.yaml",
            "host: a.b-c",
            "region: KR1",
            "time_zone: Asia/Seoul",
            "timestamp_unit: ms",
            "state_dir: /s",
            "loggers_dir: /l",
            "ports_dir: /p",
            "capture: {exclude_addresses: [10.0.0.0/8, \"2001:DB8::1\"], ring_bytes: 2GiB,",
            "  ring_block_bytes: 1MiB}",
            "flow: {table_bytes: 64MiB, timeouts: {udp: 5s}}",
            "record: {interval_unit: 2s}",
            "format: {csv_header: false, rows_per_file: 7}",
            "logger: {admin_projects: [7D9F0C3B-5A1E-4F68-80A2-C4E6D8B0F1A3]}",
            "store:",
            "  directories: [/a, /b/../c]",
            "  uploads_max: 3",
            "  failures_until_error: 5");
    AgentConfig config = good(file);
    assertEquals("a.b-c", config.host());
    assertEquals("KR1", config.region());
    assertEquals(ZoneOffset.ofHours(9), config.timeZone());
    assertEquals(TimestampUnit.MILLISECONDS, config.timestampUnit());
    assertEquals(Path.of("/s"), config.stateDir());
    assertEquals(Path.of("/l"), config.loggersDir());
    assertEquals(Path.of("/p"), config.portsDir());
    assertEquals(List.of("10.0.0.0/8", "2001:db8::1/128"), config.capture().excludeAddresses());
    assertEquals(new RingSettings(2L << 30, 1 << 20), config.capture().rings());
    assertEquals(64 << 20, config.flow().tableBytes());
    assertEquals(Duration.ofSeconds(5), config.flow().timeouts().udp());
    assertEquals(Duration.ofDays(5), config.flow().timeouts().tcpEstablished());
    assertEquals(Duration.ofSeconds(2), config.record().intervalUnit());
    assertEquals(new FormatConfig(false, 7), config.format());
    assertEquals(List.of("7d9f0c3b5a1e4f6880a2c4e6d8b0f1a3"), config.logger().adminProjects());
    assertEquals(
        new StoreConfig(List.of(Path.of("/a"), Path.of("/c")), List.of(), List.of(), 3, 5),
        config.store());
  }

  @Test
  void shouldTakeTheTimeOfTodayInAZoneThatHadAnotherOnce() {
    assertEquals(ZoneOffset.ofHours(8), good(null, "time_zone=Asia/Singapore").timeZone());
    assertEquals(
        ZoneOffset.ofHoursMinutes(5, 45), good(null, "time_zone=Asia/Kathmandu").timeZone());
  }

  @Test
  void shouldTellAllMistakesAtOnceInTheOrderOfTheLines() {
    expect(
        files.write(
            "bad.yaml",
            "regoin: KR1",
            "time_zone: Europe/Berlin",
            "flow:",
            "  table_bytes: 64",
            "  timeouts: {udp: 0s, tpc_reset: 1s}",
            "format:",
            "  rows_per_file: 0",
            "  csv_header: 1",
            "  csv_header: true",
            "capture: [x]"),
        "bad.yaml:1: regoin: unknown key: did you mean region?",
        "bad.yaml:2: time_zone: \"Europe/Berlin\" has daylight saving or another change ahead: use"
            + " UTC or a fixed offset such as +09:00, else file names would repeat",
        "bad.yaml:4: flow.table_bytes: \"64\" has no unit: write a number with B, KiB, MiB, GiB or"
            + " TiB, e.g. 64MiB",
        "bad.yaml:5: flow.timeouts.udp: \"0s\" is out of range: write 1s to 30d",
        "bad.yaml:5: flow.timeouts.tpc_reset: unknown key: did you mean tcp_reset?",
        "bad.yaml:7: format.rows_per_file: 0 is out of range: write a whole number from 1 to"
            + " 1000000000",
        "bad.yaml:8: format.csv_header: must be true or false, not the number 1: write true or"
            + " false, no quotes",
        "bad.yaml:9: format.csv_header: is given twice, first in line 8: keep one",
        "bad.yaml:10: capture: must be an object, not a list: indent its keys below it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host: localhost|host: \"localhost\" does not tell hosts apart: set a name of this host's"
            + " own",
        "host: LOCALHOST.localdomain|host: \"LOCALHOST.localdomain\" does not tell hosts apart:"
            + " set a name of this host's own",
        "host: a_b|host: \"a_b\" cannot be part of file names: use 1 to 64 letters, digits, dots"
            + " and dashes",
        "time_zone: Asia/Soul|time_zone: \"Asia/Soul\" is not a time zone: did you mean"
            + " Asia/Seoul?",
        "timestamp_unit: sec|timestamp_unit: \"sec\" is not a unit of points in time: use one of"
            + " s, ms, us, ns",
        "state_dir: var/lib|state_dir: \"var/lib\" is not an absolute path to a directory: start"
            + " with / and name a directory below it",
        "state_dir: /|state_dir: \"/\" is not an absolute path to a directory: start with / and"
            + " name a directory below it",
        "record: {interval_unit: 1500ms}|record.interval_unit: \"1500ms\" is not whole seconds:"
            + " file names end in seconds",
        "capture: {exclude_addresses: [10.0.0.1/8]}|capture.exclude_addresses[0]: \"10.0.0.1/8\""
            + " has bits set behind its prefix: write 10.0.0.0/8",
        "capture: {ring_block_bytes: 96KiB}|capture.ring_block_bytes: \"96KiB\" is no power of"
            + " two: write 64KiB",
        "capture: {ring_bytes: 3MiB, ring_block_bytes: 1MiB}|capture.ring_bytes: has no room for"
            + " one ring of 4 blocks: write at least 4MiB",
        "[a, b]|holds no keys: write key: value",
      })
  void shouldRefuse(String yaml, String message) {
    expect(files.write("one.yaml", yaml), "one.yaml:1: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "---", "{}", "host:"})
  void shouldTakeAFileThatSaysNothing(String yaml) {
    assertEquals("node-7", good(files.write("empty.yaml", yaml)).host());
  }

  @Test
  void shouldRefuseToRunUnderANameThatTellsNothing() {
    hostName = files.write("hostname", "localhost");
    expect(
        null,
        "(built-in configuration): host: \"localhost\" does not tell hosts apart: set a name of"
            + " this host's own");
    hostName = Path.of("/nowhere/hostname");
    expect(
        null,
        "(built-in configuration): host: the kernel's host name cannot be read from"
            + " /nowhere/hostname: set a name of this host's own");
  }

  @Test
  void shouldLaySetsOverTheFile() {
    Path file = files.write("base.yaml", "region: KR1", "format: {rows_per_file: 5}");
    AgentConfig config =
        good(
            file,
            "timestamp_unit=ns",
            "format.csv_header=false",
            "region=",
            "flow.timeouts.udp=9s",
            "capture.exclude_addresses=[]",
            "host=first",
            "host=second");
    assertEquals(TimestampUnit.NANOSECONDS, config.timestampUnit());
    assertEquals(new FormatConfig(false, 5), config.format());
    assertEquals("", config.region());
    assertEquals(Duration.ofSeconds(9), config.flow().timeouts().udp());
    assertEquals(List.of(), config.capture().excludeAddresses());
    assertEquals("second", config.host());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "region|--set: \"region\" is no setting: write --set key=value",
        "=x|--set: \"=x\" is no setting: write --set key=value",
        "format..x=1|--set: \"format..x=1\" is no setting: write --set key=value",
        "colour=red|--set: colour: unknown key: known are host, region, time_zone, timestamp_unit,"
            + " state_dir, loggers_dir, ports_dir, capture, flow, record, format, logger, spool,"
            + " store, api",
        "format.rows=1|--set: format.rows: unknown key: known are csv_header, rows_per_file",
        "format=1|--set: format: must be an object, not the number 1: indent its keys below it",
        "region.x=1|--set: region: must be text, not an object: put it in quotes if it is meant as"
            + " text",
        "format.rows_per_file=many|--set: format.rows_per_file: must be a whole number, not the"
            + " text \"many\": write a whole number from 1 to 1000000000",
        "region=[|--set: region: syntax error, expected the node content, but found '<stream end>':"
            + " mend the line, or the one before it",
      })
  void shouldRefuseSets(String set, String message) {
    LoadedConfig loaded = ConfigLoader.load(null, List.of(set), new Surroundings(hostName, null));
    assertEquals(List.of(message), files.lines(loaded.problems()));
    assertNull(loaded.config());
  }

  @Test
  void shouldKnowWhichKeysWereGiven() {
    Path file = files.write("some.yaml", "capture: {exclude_addresses: []}");
    LoadedConfig loaded =
        ConfigLoader.load(
            file, List.of("format.csv_header=true"), new Surroundings(hostName, null));
    assertEquals(
        Set.of("capture", "capture.exclude_addresses", "format", "format.csv_header"),
        loaded.givenPaths());
    assertEquals(
        Set.of(),
        ConfigLoader.load(null, List.of(), new Surroundings(hostName, null)).givenPaths());
  }

  @Test
  void shouldReadWhereToListen() {
    assertEquals("127.0.0.1:9465", listen(null));
    assertEquals("0.0.0.0:1", listen("0.0.0.0:1"));
    assertEquals("[::1]:65535", listen("'[0:0:0:0:0:0:0:1]:65535'"));
    assertEquals("null", listen("off"));
  }

  private String listen(@Nullable String address) {
    String[] sets = address == null ? new String[0] : new String[] {LISTEN + "=" + address};
    return String.valueOf(good(null, sets).api().metricsListen());
  }

  @Test
  void shouldRefuseWhereNobodyCanListen() {
    String remedy =
        " is no address to listen on: write 127.0.0.1:9465, \"[::1]:9465\" or another address and"
            + " port, or off";
    for (String address :
        new String[] {"9465x", "127.0.0.1:0", "127.0.0.1:65536", "::1:9465", "[::1]", ":9465"}) {
      expect(
          files.write("listen.yaml", "api:", "  metrics_listen: '" + address + "'"),
          "listen.yaml:2: api.metrics_listen: \"" + address + "\"" + remedy);
    }
    expect(
        files.write("name.yaml", "api:", "  metrics_listen: node-7:9465"),
        "name.yaml:2: api.metrics_listen: \"node-7\" is not an IP address: write it like 10.0.0.5"
            + " or 2001:db8::5");
    expect(
        files.write("number.yaml", "api:", "  metrics_listen: 9465"),
        "number.yaml:2: api.metrics_listen: must be text, not the number 9465: put it in quotes if"
            + " it is meant as text");
  }

  @Test
  void shouldReadWhereTheCommandLineAsks() {
    for (String[] expected :
        new String[][] {
          {"/run/a/b.sock", "/run/a/b.sock"},
          {"/run//a/../b.sock", "/run/b.sock"},
          {"/" + "x".repeat(50) + "/" + "y".repeat(48), "/" + "x".repeat(50) + "/" + "y".repeat(48)}
        }) {
      assertEquals(Path.of(expected[1]), good(null, "api.socket=" + expected[0]).api().socket());
    }
    assertNull(good(null, "api.socket=off").api().socket());
  }

  @Test
  void shouldRefuseWhereNoSocketCanBe() {
    for (String path :
        new String[] {
          "agent.sock",
          "/",
          "/agent.sock",
          "/run/a/",
          "/run/..",
          "/" + "x".repeat(50) + "/" + "y".repeat(49)
        }) {
      expect(
          files.write("socket.yaml", "api:", "  socket: " + path),
          "socket.yaml:2: api.socket: "
              + FieldProblem.quote(path)
              + " is no path of a socket: write"
              + " /run/flowlog-agent/agent.sock or another absolute path in a folder, of at most"
              + " 100 bytes, or off");
    }
  }

  @Test
  void shouldUseNothingOfAFileThatIsHalfRight() {
    expect(
        files.write("half.yaml", "region: KR1", "format: {csv_header: false", "host: x"),
        "half.yaml:3: syntax error, expected ',' or '}', but got :: mend the line, or the"
            + " one before it");
  }

  @Test
  void shouldNameFilesThatCannotBeRead() {
    expect(Path.of("/nowhere/x.yaml"), "/nowhere/x.yaml: no such file: check the path");
    expect(Path.of("/proc"), "/proc: is a directory: name a file");
    expect(
        Path.of("/dev/zero"),
        "/dev/zero: is larger than 1048576 bytes: split it, or check the path");
    assertEquals(
        "/etc/x: permission denied: let the agent's user read it",
        TextFile.unreadable(Path.of("/etc/x"), new AccessDeniedException("/etc/x")).toString());
    assertEquals(
        "/etc/x: cannot be read (Input/output error): check the file and its disk",
        TextFile.unreadable(Path.of("/etc/x"), new IOException("Input/output error")).toString());
  }

  @Test
  void shouldRefuseWhatIsNotUtf8() {
    expect(
        files.writeBytes("latin.yaml", new byte[] {'a', ':', '\n', 'b', (byte) 0xe9, '\n'}),
        "latin.yaml:2: is not UTF-8 at byte 4: save the file as UTF-8 text");
    expect(
        files.writeBytes("cut.yaml", new byte[] {'a', ':', (byte) 0xc3}),
        "cut.yaml:1: is not UTF-8 at byte 2: save the file as UTF-8 text");
  }

  @Test
  void shouldSkipAByteOrderMark() {
    assertEquals("KR1", good(files.write("bom.yaml", "\ufeffregion: KR1")).region());
  }

  private AgentConfig good(@Nullable Path file, String... sets) {
    LoadedConfig loaded = ConfigLoader.load(file, List.of(sets), new Surroundings(hostName, null));
    assertEquals(List.of(), loaded.problems());
    AgentConfig config = loaded.config();
    if (config == null) {
      throw new AssertionError("neither a configuration nor a problem");
    }
    return config;
  }

  private void expect(@Nullable Path file, String... lines) {
    LoadedConfig loaded = ConfigLoader.load(file, List.of(), new Surroundings(hostName, null));
    assertEquals(List.of(lines), files.lines(loaded.problems()));
    assertNull(loaded.config());
  }
}
