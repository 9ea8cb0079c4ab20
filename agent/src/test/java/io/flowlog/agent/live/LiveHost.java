package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowlog.agent.format.CsvReader;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.record.RecordField;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A host with virtual machines, on which the agent runs as a process of its own; owned by one test,
 * which registers it as an extension. Everything is gone after the test. Needs root, iproute2.
 */
public final class LiveHost implements AfterEachCallback, TestExecutionExceptionHandler {
  /** The network of all ports that {@link #port} declares. */
  public static final String NETWORK_ID = "00000000-0000-4000-8000-00000000aaaa";

  /** The length of an interval unless {@link #set} says otherwise. */
  public static final int INTERVAL_SECONDS = 2;

  /** The namespace where the agent runs. */
  public static final String HOST = "host";

  /** A JVM that is asked to end does so, with this. */
  private static final int ENDED_BY_SIGTERM = 143;

  private static final int PATIENCE_SECONDS = 60;
  private static final String NOBODY = "65534";

  private static final String ALL_FIELDS =
      Stream.of(RecordField.values()).map(RecordField::fieldName).collect(Collectors.joining(","));

  private final Namespaces net;
  private final Path folder;
  private final List<String> options = new ArrayList<>();
  private final List<String> jvmOptions = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private List<String> wrapper = List.of();
  private String classPath = System.getProperty("java.class.path", "");
  private @Nullable Process agent;

  /** Makes the host and machines of these names, without any cable. */
  public LiveHost(String... machines) {
    List<String> names = new ArrayList<>(List.of(HOST));
    names.addAll(List.of(machines));
    // if they cannot be made, there is nothing yet to be removed
    net = new Namespaces(names.toArray(new String[0]));
    try {
      net.in(HOST, "ip", "link", "set", "lo", "up");
      folder = Files.createTempDirectory("flowlog-live");
      for (String name : List.of("state", "loggers.d", "ports.d", "store")) {
        Files.createDirectory(folder.resolve(name));
      }
      Files.writeString(folder.resolve("flowlog-agent.yaml"), config());
    } catch (IOException e) {
      net.close();
      throw new AssertionError(e);
    }
  }

  private String config() {
    return """
        host: live
        timestamp_unit: us
        state_dir: %1$s/state
        loggers_dir: %1$s/loggers.d
        ports_dir: %1$s/ports.d
        record:
          interval_unit: %2$ds
        capture:
          ring_bytes: 32MiB
        flow:
          table_bytes: 16MiB
        store:
          directories: [%1$s/store]
        api:
          metrics_listen: off
          socket: %1$s/agent.sock
        """
        .formatted(folder, INTERVAL_SECONDS);
  }

  public Namespaces net() {
    return net;
  }

  /** Returns the folder of all that belongs to this host. */
  public Path folder() {
    return folder;
  }

  /** Overrides a key of the configuration, as {@code key=value}, from the next start on. */
  public LiveHost set(String keyAndValue) {
    options.addAll(List.of("--set", keyAndValue));
    return this;
  }

  /** Adds an option of the agent's JVM, from the next start on. */
  public LiveHost jvm(String option) {
    jvmOptions.add(option);
    return this;
  }

  /** Sets a variable of the agent's environment, from the next start on. */
  public LiveHost environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /**
   * Has the agent run as a user who owns this host's folder and else nothing, from the next start
   * on.
   *
   * @param capabilities what that user may do all the same, as setpriv names it
   */
  public void asNobody(String capabilities) throws IOException {
    classPath = OpenClassPath.copyTo(Files.createDirectories(folder.resolve("lib")));
    Namespaces.tool("chown", "-R", NOBODY, folder.toString());
    String user = "--reuid=" + NOBODY;
    String group = "--regid=" + NOBODY;
    wrapper =
        List.of(
            ("setpriv " + user + " " + group + " --clear-groups --no-new-privs --inh-caps=%1$s")
                .concat(" --ambient-caps=%1$s --bounding-set=%1$s")
                .formatted(capabilities)
                .split(" ", -1));
  }

  /** Has the agent started by a command that gets its command line, from the next start on. */
  public void through(String... command) {
    wrapper = List.of(command);
  }

  /** Makes a bridge to which {@link #cable} joins machines. */
  public void bridge() {
    net.in(HOST, "ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0");
    net.in(HOST, "ip", "link", "set", "bridge", "up");
  }

  /** Joins a machine to the bridge. */
  public void cable(String machine, String device) {
    net.connect(HOST, device, machine);
    net.in(HOST, "ip", "link", "set", device, "master", "bridge");
  }

  /** Gives a machine the addresses 10.77.0.number and fd77::number. */
  public void address(String machine, int number) {
    net.in(machine, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");
    net.in(machine, "ip", "address", "add", "10.77.0." + number + "/24", "dev", "eth0");
    net.in(machine, "ip", "address", "add", "fd77::" + number + "/64", "dev", "eth0", "nodad");
  }

  /** Declares the interface of that name as a port of {@link #NETWORK_ID}. */
  public void port(String device) {
    write(
        "ports.d/" + device + ".yaml",
        """
        - device: %s
          port_id: %s
          network_id: %s
        """
            .formatted(device, portId(device), NETWORK_ID));
  }

  /** Returns the id that {@link #port} gives. */
  public static String portId(String device) {
    return UUID.nameUUIDFromBytes(device.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** Returns the id that {@link #logger} gives. */
  public static String loggerId(String name) {
    return portId("logger " + name);
  }

  /**
   * Declares a logger of all ports of {@link #NETWORK_ID} and of all fields, which stores {@link
   * #filesOf files} on this host.
   *
   * @param more lines that are to be in its declaration, too
   */
  public void logger(String name, String... more) {
    write(
        "loggers.d/" + name + ".yaml",
        """
        id: %s
        name: %s
        resource_type: VPC
        resource_id: %s
        aggregation_interval: 1
        storage_type: FILE
        storage_url: file://%s/store/%s
        customized_field: %s
        """
                .formatted(loggerId(name), name, NETWORK_ID, folder, name, ALL_FIELDS)
            + Stream.of(more).map(line -> line + "\n").reduce("", String::concat));
  }

  /** Writes a file below the host's folder. */
  public void write(String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Removes a file from the host's folder. */
  public void remove(String name) {
    try {
      Files.delete(folder.resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns a script of these tests. */
  public static String script(String file) {
    return Path.of(System.getProperty("basedir", "."), "src/test/resources/live", file)
        .toAbsolutePath()
        .toString();
  }

  /** Starts the agent and waits until it captures. */
  public void start() throws IOException {
    launch();
    awaitReady();
  }

  /** Waits until the agent captures. */
  public void awaitReady() {
    await("the agent is ready", () -> page("/health").contains("\"ready\":true"));
  }

  /** Starts the agent. */
  public void launch() throws IOException {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", net.fullName(HOST)));
    command.addAll(wrapper);
    command.addAll(commandLine());
    ProcessBuilder process = new ProcessBuilder(command);
    process.redirectErrorStream(true);
    process.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
    process.environment().putAll(environment);
    agent = process.start();
  }

  /**
   * Starts one more agent beside the one that runs, which should end by itself; returns its exit
   * code and its last words.
   */
  public String runBeside(String... more) throws IOException, InterruptedException {
    return run(List.of("ip", "netns", "exec", net.fullName(HOST)), more);
  }

  /** The same, in a network namespace of its own. */
  public String runElsewhere(String... more) throws IOException, InterruptedException {
    return run(List.of("unshare", "--net"), more);
  }

  private String run(List<String> place, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(place);
    command.addAll(commandLine());
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).start();
    String words = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    List<String> lines = words.lines().toList();
    return process.waitFor() + " " + lines.get(lines.size() - 1);
  }

  private List<String> commandLine() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Xms32m", "-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of("io.flowlog.agent.cli.Main", "run"));
    command.addAll(List.of("--config", folder.resolve("flowlog-agent.yaml").toString()));
    command.addAll(options);
    return command;
  }

  /** Returns the agent's process id. */
  public long pid() {
    return running().pid();
  }

  private Process running() {
    Process process = agent;
    if (process == null) {
      throw new IllegalStateException("no agent runs");
    }
    return process;
  }

  /** Waits until something is so, while the agent lives. */
  public void await(String what, BooleanSupplier condition) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (!running().isAlive()) {
        throw new AssertionError("the agent ended before " + what);
      }
      if (System.nanoTime() > endNs) {
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what);
      }
      sleepMs(20);
    }
  }

  static void sleepMs(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks the agent to end and waits for that. */
  public void stop() {
    running().destroy();
    assertEquals(ENDED_BY_SIGTERM, awaitEnd());
  }

  /** Kills the agent. */
  public void kill() {
    running().destroyForcibly();
    awaitEnd();
  }

  /** Waits until the agent has ended by itself; returns its exit code. */
  public int awaitEnd() {
    try {
      if (!running().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the agent does not end");
      }
      int code = running().exitValue();
      agent = null;
      return code;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends a signal such as HUP. */
  public void signal(String name) {
    Namespaces.tool("kill", "-" + name, Long.toString(pid()));
  }

  /** Returns what the agent answers at its socket, headers included, or nothing. */
  public String page(String path) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
      String request = "GET " + path + " HTTP/1.0\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns what the agent answers at its socket about its logging ports, by their ids. */
  public Map<String, JsonNode> ports() {
    String page = page("/v2.0/flowlog-logging-ports");
    Map<String, JsonNode> ports = new HashMap<>();
    try {
      JsonNode body = new ObjectMapper().readTree(page.substring(page.indexOf("\r\n\r\n") + 4));
      for (JsonNode port : body.get("flowlog_logging_ports")) {
        ports.put(port.get("port_id").asText(), port);
      }
    } catch (IOException e) {
      throw new AssertionError(page, e);
    }
    return ports;
  }

  /** Tells whether all is captured from now on that comes at an interface. */
  public boolean isCapturing(String device) {
    JsonNode port = ports().get(portId(device));
    return port != null && port.get("state").asText().equals("capturing");
  }

  /** Returns how many frames the present source of an interface has handed over; -1 without one. */
  public long framesOf(String device) {
    JsonNode port = ports().get(portId(device));
    return port == null ? -1 : port.get("frames").asLong();
  }

  /** Returns a number of /metrics; the name may have labels. */
  public long metric(String name) {
    return page("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("/metrics has no " + name));
  }

  /** Waits until a number of /metrics is at least so much. */
  public void awaitMetric(String name, long value) {
    await(name + " >= " + value, () -> metric(name) >= value);
  }

  /** Returns a number of the agent's /proc/PID/status, such as RssAnon. */
  public long status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Returns what the agent has said until now. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path logFile() {
    return folder.resolve("agent.log");
  }

  /** Returns the files that a logger has stored until now, in the order of their intervals. */
  public List<Path> filesOf(String logger) throws IOException {
    Path store = folder.resolve("store").resolve(logger);
    if (!Files.exists(store)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(loggerId(logger)))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  /** Returns the rows of a CSV file with a header. */
  public static List<Row> rowsIn(Path file) throws IOException {
    List<List<String>> lines = CsvReader.read(Files.readString(file));
    List<Row> rows = new ArrayList<>();
    for (List<String> line : lines.subList(1, lines.size())) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < line.size(); i++) {
        row.put(lines.get(0).get(i), line.get(i));
      }
      rows.add(new Row(row));
    }
    return rows;
  }

  /** Returns the rows of all CSV files that a logger has stored until now. */
  public List<Row> rowsOf(String logger) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Path file : filesOf(logger)) {
      rows.addAll(rowsIn(file));
    }
    return rows;
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    System.err.println("the agent's log:\n" + log());
    throw failure;
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    try {
      if (agent != null) {
        kill();
      }
    } finally {
      net.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
