package io.flowlog.bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import jnr.ffi.LibraryLoader;

/**
 * A host in a network namespace whose bridge joins three virtual machines, each in a namespace too,
 * and whose firewalls see what is bridged; owned by one test. Needs root, iproute2 and nft.
 *
 * <p>Machine n is behind tapN, has the address 10.77.0.n and fd77::n, and knows the others'
 * addresses by heart: no frame is sent but those of the test. Behind the host is 10.88.0.0/24.
 */
final class DropHost implements AutoCloseable {
  static final int BRIDGE = 10;
  static final int OUTSIDE = 20;
  static final int MACHINES = 3;

  private static final int CLONE_NEWNET = 0x4000_0000;

  private final String prefix;
  private final List<String> names = new ArrayList<>();

  /** The calls that move a thread into another namespace. */
  public interface Calls {
    int open(String path, int flags);

    int setns(int file, int type);

    int close(int file);
  }

  DropHost(String name) {
    prefix = "flb-" + name + ProcessHandle.current().pid();
    try {
      addNamespace("");
      host("ip link add br0 index " + BRIDGE + " type bridge mcast_snooping 0");
      host("ip addr add 10.77.0.254/24 dev br0");
      host("ip link set br0 address 02:77:00:00:00:fe up");
      host("sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1");
      for (int machine = 1; machine <= MACHINES; machine++) {
        addMachine(machine);
      }
      host("ip link set lo up");
      host("ip link add out index " + OUTSIDE + " type veth peer name outside");
      host("ip addr add 10.88.0.1/24 dev out");
      host("ip link set out up");
      host("ip link set outside up");
      host("sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0");
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** Returns the index of the interface to which a machine is joined. */
  static int tap(int machine) {
    return BRIDGE + machine;
  }

  private void addNamespace(String name) {
    tool("ip netns add " + prefix + name);
    names.add(prefix + name);
    in(name, "sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_ra=0");
    in(name, "sysctl -qw net.ipv6.conf.default.addr_gen_mode=1");
  }

  private void addMachine(int machine) {
    String name = "vm" + machine;
    String tap = "tap" + machine;
    addNamespace(name);
    host(
        "ip link add %s index %d type veth peer name eth0 address 02:77:00:00:00:0%d netns %s"
            .formatted(tap, tap(machine), machine, prefix + name));
    host("ip link set " + tap + " master br0 up");
    host("bridge fdb add 02:77:00:00:00:0" + machine + " dev " + tap + " master static");
    // what a kernel tells its neighbours by itself would be dropped, and counted, too
    in(name, "nft add table ip6 quiet");
    in(name, "nft add chain ip6 quiet out { type filter hook output priority 0 ; }");
    in(name, "nft add rule ip6 quiet out icmpv6 type >= 130 drop");
    in(name, "ip link set lo up");
    in(name, "ip link set eth0 up");
    in(name, "ip addr add 10.77.0.%d/24 dev eth0".formatted(machine));
    in(name, "ip addr add fd77::%d/64 dev eth0 nodad".formatted(machine));
    for (int other = 1; other <= MACHINES; other++) {
      addNeighbour(name, "10.77.0." + other, "0" + other);
      addNeighbour(name, "fd77::" + other, "0" + other);
    }
    addNeighbour(name, "10.77.0.254", "fe");
    in(name, "ip route add default via 10.77.0.254");
  }

  private void addNeighbour(String name, String address, String mac) {
    in(name, "ip neigh replace %s lladdr 02:77:00:00:00:%s dev eth0".formatted(address, mac));
  }

  /** Runs a command on the host. */
  void host(String command) {
    in("", command);
  }

  private void in(String name, String command) {
    tool("ip netns exec " + prefix + name + " " + command);
  }

  private static void tool(String command) {
    finish(start(List.of(command.split(" ", -1)), ""), command);
  }

  private static Process start(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the good end of a command. */
  static void finish(Process process, String what) {
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(what + ": " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Replaces all rules of the host's firewalls, each one as {@link #rule} makes them. */
  void firewall(String... rules) {
    String all = "flush ruleset\n" + String.join("\n", rules) + "\n";
    finish(start(words("", "nft -f -"), all), all);
  }

  /** Returns a rule in a table of its own, at a hook with its priority. */
  static String rule(String family, String hook, String statement) {
    String name = hook.replaceAll("[^a-z]", "");
    return "table "
        + family
        + " "
        + name
        + " {\nchain c {\ntype filter hook "
        + hook
        + "\n"
        + statement
        + "\n}\n}\n";
  }

  /** Drops what matches, of IPv4 and IPv6, on its way between two taps. */
  void dropForwarded(String match) {
    firewall(rule("inet", "forward priority 0", match + " drop"));
  }

  /** Has a machine send datagrams; see send_udp.py. */
  void send(int machine, String what) {
    in("vm" + machine, "python3 " + script("send_udp.py") + " " + what);
  }

  /** Has the host itself send datagrams. */
  void sendFromHost(String what) {
    in("", "python3 " + script("send_udp.py") + " " + what);
  }

  /** Has a machine send datagrams from one processor, while others do other things. */
  Process startSending(int machine, int processor, String what) {
    int chosen = processor % Runtime.getRuntime().availableProcessors();
    String command = "taskset -c " + chosen + " python3 " + script("send_udp.py") + " " + what;
    return start(words("vm" + machine, command), "");
  }

  private List<String> words(String name, String command) {
    return List.of(("ip netns exec " + prefix + name + " " + command).split(" ", -1));
  }

  /** Has a machine send one frame. */
  void sendFrame(int machine, String hexadecimal) {
    String command = "python3 " + script("send_raw.py") + " eth0";
    String line = hexadecimal.replace(" ", "") + "\n";
    finish(start(words("vm" + machine, command), line), hexadecimal);
  }

  private static String script(String file) {
    return Path.of(System.getProperty("basedir", "."), "src/test/resources/drops", file)
        .toAbsolutePath()
        .toString();
  }

  /** Calls something on a thread that lives on the host. */
  <T> T inside(Callable<T> call) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              Calls calls = LibraryLoader.create(Calls.class).load("c");
              int file = calls.open("/run/netns/" + prefix, 0);
              if (file < 0 || calls.setns(file, CLONE_NEWNET) != 0) {
                throw new IllegalStateException("namespace " + prefix + " cannot be entered");
              }
              calls.close(file);
              return call.call();
            });
    new Thread(task, "in " + prefix).start();
    return task.get();
  }

  /** Watches this host's three taps; whoever asks closes it. */
  DropWatch watch(DropSizes sizes) throws Exception {
    return inside(() -> new DropWatch(sizes));
  }

  @Override
  public void close() {
    for (String name : names) {
      tool("ip netns del " + name);
    }
    names.clear();
  }
}
