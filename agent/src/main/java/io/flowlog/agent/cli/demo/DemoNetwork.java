package io.flowlog.agent.cli.demo;

import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The live demo's small host: a bridge, and a virtual machine at each of its ports, all of them
 * network namespaces. Owned by the demo that made it, and gone when that closes it.
 *
 * <p>The namespaces' names have the demo's process id in them: what a killed demo has left is known
 * by that, and removed by the next one.
 */
public final class DemoNetwork implements AutoCloseable {
  /** Where the bridge and the agent are. */
  public static final String HOST = "host";

  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Pattern NAME = Pattern.compile("flowlog-demo-([0-9]{1,9})-[a-z]+");
  private static final String BRIDGE = "bridge";

  private final List<String> names = new ArrayList<>();

  private DemoNetwork() {}

  /**
   * Makes the host and its machines.
   *
   * @throws IOException when that is not possible here; the message says why
   */
  public static DemoNetwork open() throws IOException {
    removeLeftovers();
    DemoNetwork network = new DemoNetwork();
    try {
      network.build();
      return network;
    } catch (IOException e) {
      network.close();
      throw e;
    }
  }

  private static String fullName(String name) {
    return "flowlog-demo-" + ProcessHandle.current().pid() + "-" + name;
  }

  private void build() throws IOException {
    add(HOST);
    ip(HOST, "link", "add", BRIDGE, "type", "bridge");
    up(HOST, BRIDGE);
    for (LoggingPort port : DemoCloud.ports()) {
      connect(Objects.requireNonNull(port.device()), port);
    }
  }

  private void add(String name) throws IOException {
    names.add(fullName(name));
    tool("ip", "netns", "add", fullName(name));
  }

  private void connect(String name, LoggingPort port) throws IOException {
    add(name);
    String mac = Objects.requireNonNull(port.mac());
    String there = fullName(name);
    ip(HOST, "link", "add", name, "type", "veth", "peer", "eth0", "address", mac, "netns", there);
    ip(HOST, "link", "set", name, "master", BRIDGE);
    up(HOST, name);
    for (String address : port.addresses()) {
      if (address.indexOf(':') < 0) {
        ip(name, "address", "add", address + "/24", "dev", "eth0");
      } else {
        ip(name, "address", "add", address + "/64", "dev", "eth0", "nodad");
      }
    }
    up(name, "eth0");
  }

  /** Without a link-local address: the host has no traffic of its own, a machine one address. */
  private static void up(String name, String device) throws IOException {
    ip(name, "link", "set", device, "addrgenmode", "none");
    ip(name, "link", "set", device, "up");
  }

  private static void ip(String name, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", fullName(name)));
    command.addAll(List.of(words));
    tool(command.toArray(new String[0]));
  }

  /** Returns the command line that runs a command on the host or on one of the machines. */
  public List<String> inside(String name, List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", fullName(name)));
    words.addAll(command);
    return words;
  }

  private static void removeLeftovers() throws IOException {
    if (!Files.isDirectory(NAMESPACES)) {
      return;
    }
    List<String> present;
    try (var entries = Files.list(NAMESPACES)) {
      present = entries.map(entry -> entry.getFileName().toString()).toList();
    }
    for (String name : present) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && isOver(Long.parseLong(matcher.group(1)))) {
        remove(name);
      }
    }
  }

  /** A namespace with our own number is of another life: we have none yet. */
  private static boolean isOver(long processId) {
    return processId == ProcessHandle.current().pid() || ProcessHandle.of(processId).isEmpty();
  }

  /** Removes a namespace, and ends what still runs in it. */
  private static void remove(String name) throws IOException {
    for (String processId : tool("ip", "netns", "pids", name).split("\\s+", 0)) {
      if (!processId.isEmpty()) {
        ProcessHandle.of(Long.parseLong(processId)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    tool("ip", "netns", "delete", name);
  }

  private static String tool(String... command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(command[0] + " cannot be run: install iproute2", e);
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    return output;
  }

  /** Removes everything, as far as that goes, and then says what did not go. */
  @Override
  public void close() {
    List<String> left = new ArrayList<>();
    for (String name : names) {
      try {
        if (Files.exists(NAMESPACES.resolve(name))) {
          remove(name);
        }
      } catch (IOException e) {
        left.add(e.getMessage() + ": remove it by 'ip netns delete " + name + "'");
      }
    }
    names.clear();
    if (!left.isEmpty()) {
      throw new UncheckedIOException(new IOException(String.join("; ", left)));
    }
  }
}
