package io.flowlog.agent.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.Namespaces;
import io.flowlog.bridge.LinkMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interfaces that come, change and go on a host of their own, beside what iproute2 says is there.
 * What a command has done is told when it ends, so nothing is waited for. Needs root and iproute2.
 */
@Timeout(120)
class HostInterfacesTest {
  /** What {@code ip -o link} prints: 7: tap1@eth0: <UP> ... link/ether fe:16:3e:00:00:01 brd ... */
  private static final Pattern LINE =
      Pattern.compile("(\\d+): ([^:@]+)(?:@[^:]+)?: <([^>]*)>.* link/\\w+ (\\S+).*");

  private static final String NO_MAC = "00:00:00:00:00:00";

  /** The least that the kernel grants: room for a message or two. */
  private static final int TINY_QUEUE_BYTES = 1;

  private final Namespaces net = new Namespaces("host", "elsewhere");
  private final List<HostInterfaces> opened = new ArrayList<>();

  @TempDir private Path folder;

  @BeforeEach
  void bringLoopbackUp() {
    ip("link set lo up");
  }

  @AfterEach
  void close() {
    opened.forEach(HostInterfaces::close);
    net.close();
  }

  private void ip(String command) {
    net.in("host", ("ip " + command).split(" ", -1));
  }

  private void ipBatch(List<String> commands) throws IOException {
    Path file = Files.write(folder.resolve("batch"), commands);
    net.in("host", "ip", "-batch", file.toString());
  }

  private void addPair(String name) {
    ip("link add " + name + " type veth peer name peer-" + name);
  }

  private HostInterfaces open() throws Exception {
    HostInterfaces interfaces = net.inside("host", HostInterfaces::open);
    opened.add(interfaces);
    return interfaces;
  }

  private HostInterfaces openWithTinyQueue() throws Exception {
    LinkMonitor monitor = net.inside("host", () -> LinkMonitor.open(TINY_QUEUE_BYTES));
    HostInterfaces interfaces = new HostInterfaces(monitor);
    opened.add(interfaces);
    return interfaces;
  }

  /** Takes in everything; returns whether anything has changed. */
  private static boolean refresh(HostInterfaces interfaces) throws IOException {
    boolean changed = false;
    while (interfaces.await(0)) {
      changed |= interfaces.refresh();
    }
    return changed;
  }

  private Map<String, HostInterface> truth() {
    Map<String, HostInterface> truth = new TreeMap<>();
    for (String line : net.in("host", "ip", "-o", "link").replace("\\", "").split("\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        String name = matcher.group(2);
        boolean up = List.of(matcher.group(3).split(",", -1)).contains("UP");
        String mac = matcher.group(4).equals(NO_MAC) ? null : matcher.group(4);
        truth.put(name, new HostInterface(Integer.parseInt(matcher.group(1)), name, mac, up));
      }
    }
    return truth;
  }

  private void checkChanged(HostInterfaces interfaces) throws IOException {
    assertTrue(refresh(interfaces));
    assertEquals(truth(), interfaces.byName());
  }

  private static HostInterface named(HostInterfaces interfaces, String name) {
    return Objects.requireNonNull(interfaces.byName().get(name), name);
  }

  @Test
  void shouldFindWhatIsThere() throws Exception {
    addPair("tap1");
    ip("link set tap1 address fe:16:3e:00:00:01 up");
    HostInterfaces interfaces = open();

    assertEquals(truth(), interfaces.byName());
    assertEquals(List.of("lo", "peer-tap1", "tap1"), List.copyOf(interfaces.byName().keySet()));
    assertEquals("fe:16:3e:00:00:01", named(interfaces, "tap1").mac());
    assertTrue(named(interfaces, "tap1").up());
    assertNull(named(interfaces, "lo").mac());
    assertFalse(refresh(interfaces));
    assertEquals(3, interfaces.changes());
  }

  @Test
  void shouldFindMoreThanOneAnswerHolds() throws Exception {
    List<String> commands = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      commands.add("link add tap" + i + " type veth peer name peer" + i);
    }
    ipBatch(commands);

    assertEquals(truth(), open().byName());
    assertEquals(201, truth().size());
  }

  @Test
  void shouldFollowAnInterfaceFromCreationToRemoval() throws Exception {
    HostInterfaces interfaces = open();
    addPair("tap1");
    checkChanged(interfaces);
    ip("link set tap1 up");
    checkChanged(interfaces);
    ip("link set tap1 address fe:16:3e:00:00:02");
    checkChanged(interfaces);
    ip("link set tap1 down");
    checkChanged(interfaces);
    ip("link set tap1 name tap2");
    checkChanged(interfaces);
    ip("link del tap2");
    checkChanged(interfaces);

    assertEquals(List.of("lo"), List.copyOf(interfaces.byName().keySet()));
  }

  @Test
  void shouldSeeTwoNamesSwapped() throws Exception {
    addPair("tap1");
    addPair("tap2");
    HostInterfaces interfaces = open();
    HostInterface first = named(interfaces, "tap1");
    ip("link set tap1 name between");
    ip("link set tap2 name tap1");
    ip("link set between name tap2");

    checkChanged(interfaces);
    assertEquals(first.index(), named(interfaces, "tap2").index());
  }

  @Test
  void shouldSeeAnotherInterfaceUnderTheSameName() throws Exception {
    addPair("tap1");
    HostInterfaces interfaces = open();
    HostInterface first = named(interfaces, "tap1");
    ip("link del tap1");
    addPair("tap1");

    checkChanged(interfaces);
    assertNotEquals(first.index(), named(interfaces, "tap1").index());
  }

  @Test
  void shouldSeeAnInterfaceMovedAwayAndBack() throws Exception {
    addPair("tap1");
    HostInterfaces interfaces = open();
    ip("link set tap1 netns " + net.fullName("elsewhere"));
    checkChanged(interfaces);
    assertFalse(interfaces.byName().containsKey("tap1"));

    net.in("elsewhere", "ip", "link", "set", "tap1", "netns", net.fullName("host"));
    checkChanged(interfaces);
    assertTrue(interfaces.byName().containsKey("tap1"));
  }

  @Test
  void shouldKeepAnInterfaceThatLeavesItsBridge() throws Exception {
    addPair("tap1");
    // an address of its own, or it takes those of its members
    ip("link add qbr1 address fe:16:3e:00:00:99 type bridge");
    HostInterfaces interfaces = open();
    ip("link set tap1 master qbr1");
    ip("link set tap1 nomaster");

    assertTrue(interfaces.await(0));
    assertFalse(refresh(interfaces));
    assertEquals(truth(), interfaces.byName());
    assertTrue(interfaces.byName().containsKey("tap1"));
  }

  @Test
  void shouldSayThatAnInterfaceWasThereForAMoment() throws Exception {
    HostInterfaces interfaces = open();
    long changes = interfaces.changes();
    Map<String, HostInterface> before = interfaces.byName();
    addPair("tap1");
    ip("link del tap1");

    assertTrue(refresh(interfaces));
    assertEquals(before, interfaces.byName());
    assertTrue(interfaces.changes() >= changes + 4, Long.toString(interfaces.changes()));
  }

  @Test
  void shouldNotChangeAMapThatItGaveOut() throws Exception {
    HostInterfaces interfaces = open();
    Map<String, HostInterface> before = interfaces.byName();
    addPair("tap1");
    refresh(interfaces);

    assertFalse(before.containsKey("tap1"));
  }

  private void addInGroups(int pairs) throws IOException {
    List<String> commands = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      int group = 1 + i % 3;
      commands.add("link add tap" + i + " group " + group + " type veth peer name peer" + i);
    }
    ipBatch(commands);
  }

  @Test
  void shouldBeRightAfterMoreNewsThanThereWasRoomFor() throws Exception {
    HostInterfaces interfaces = openWithTinyQueue();
    refresh(interfaces);
    addInGroups(300);
    assertTrue(refresh(interfaces));
    assertEquals(truth(), interfaces.byName());
    assertEquals(601, interfaces.byName().size());
    long overruns = interfaces.overruns();
    assertTrue(overruns > 0);

    ip("link del group 1");
    ip("link del group 2");
    checkChanged(interfaces);
    assertEquals(201, interfaces.byName().size());
    assertTrue(interfaces.overruns() > overruns);
  }

  @Test
  void shouldBeRightWhenItReadsWhileTheStormLasts() throws Exception {
    HostInterfaces interfaces = openWithTinyQueue();
    refresh(interfaces);
    List<String> commands = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      commands.add("link add tap" + i + " type veth peer name peer" + i);
      commands.add("link set tap" + i + " name moved" + i);
      if (i % 3 != 0) {
        commands.add("link del peer" + i);
      }
    }
    Path file = Files.write(folder.resolve("storm"), commands);
    Process storm = net.start("host", "ip", "-batch", file.toString());
    while (storm.isAlive()) {
      if (interfaces.await(10)) {
        interfaces.refresh();
      }
    }
    refresh(interfaces);

    assertEquals(0, storm.exitValue());
    assertEquals(truth(), interfaces.byName());
    assertEquals(201, interfaces.byName().size());
  }

  @Test
  void shouldHoldAllNewsOfAStormInTheQueue() throws Exception {
    HostInterfaces interfaces = open();
    addInGroups(300);
    ip("link del group 1");

    checkChanged(interfaces);
    assertEquals(0, interfaces.overruns());
  }

  @Test
  void shouldLeaveNoSocketsBehind() throws Exception {
    open().close();
    long before = sockets();
    for (int i = 0; i < 50; i++) {
      open().close();
    }

    assertEquals(before, sockets());
  }

  private static long sockets() throws IOException {
    long sockets = 0;
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        sockets += isSocket(file) ? 1 : 0;
      }
    }
    return sockets;
  }

  private static boolean isSocket(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      return false; // that of the listing itself
    }
  }
}
