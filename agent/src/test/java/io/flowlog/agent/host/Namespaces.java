package io.flowlog.agent.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import jnr.ffi.LibraryLoader;

/**
 * Network namespaces for one test, named as a host and its virtual machines, with what runs in
 * them; owned by that test. Needs root and iproute2.
 */
public final class Namespaces implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x4000_0000;

  private final String prefix = "flb-" + ProcessHandle.current().pid() + "-";
  private final List<String> names = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  /** The two calls that move a thread into another namespace; the agent never does that. */
  public interface LibC {
    int open(String path, int flags);

    int setns(int file, int type);

    int close(int file);
  }

  public Namespaces(String... names) {
    try {
      for (String name : names) {
        tool("ip", "netns", "add", prefix + name);
        this.names.add(name);
        // no frame but the test's own
        in(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        in(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Returns what iproute2 calls a namespace. */
  public String fullName(String name) {
    return prefix + name;
  }

  /** Joins a machine's eth0 to an interface of the host. */
  public void connect(String host, String device, String machine) {
    tool(
        "ip",
        "-n",
        prefix + host,
        "link",
        "add",
        device,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        prefix + machine);
    in(host, "ip", "link", "set", device, "up");
    in(machine, "ip", "link", "set", "eth0", "up");
  }

  /** Runs a command to its good end and returns what it prints. */
  public String in(String name, String... command) {
    return tool(wrap(name, command));
  }

  private String[] wrap(String name, String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", prefix + name));
    words.addAll(List.of(command));
    return words.toArray(new String[0]);
  }

  public static String tool(String... command) {
    return finish(startWith("", command), String.join(" ", command));
  }

  private static Process startWith(String input, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      if (!input.isEmpty()) {
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
      }
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String finish(Process process, String what) {
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(what + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts a script of the tests, or another command; it ends with the test at the latest. */
  public Process start(String name, String... command) {
    Process process = startWith("", wrap(name, command));
    processes.add(process);
    return process;
  }

  /** Sends the same frames so many times. */
  public void send(String name, String device, int times, List<byte[]> frames) {
    StringBuilder lines = new StringBuilder();
    for (byte[] frame : frames) {
      lines.append(HexFormat.of().formatHex(frame)).append('\n');
    }
    String[] command =
        wrap(name, "python3", script("send_frames.py"), device, Integer.toString(times));
    finish(startWith(lines.toString(), command), "send_frames.py");
  }

  /** Has what a machine sends and receives written to a file, from now on. Needs tshark. */
  public void startCapture(String machine, Path file) throws IOException {
    Files.createFile(file);
    String command = "dumpcap -q -i eth0 -p -s 200 -B 64 -P -w " + file;
    Process capture = start(machine, command.split(" ", -1));
    String line = line(capture);
    while (!line.startsWith("File:")) {
      if (!capture.isAlive()) {
        throw new AssertionError(command + ": " + line);
      }
      line = line(capture);
    }
  }

  public static String script(String file) {
    return Path.of(System.getProperty("basedir", "."), "src/test/resources/ring", file)
        .toAbsolutePath()
        .toString();
  }

  public static String line(Process process) throws IOException {
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    return String.valueOf(reader.readLine());
  }

  /** Calls something on a thread that lives in a namespace. */
  public <T> T inside(String name, Callable<T> call) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              LibC libC = LibraryLoader.create(LibC.class).load("c");
              int file = libC.open("/run/netns/" + prefix + name, 0);
              if (file < 0 || libC.setns(file, CLONE_NEWNET) != 0) {
                throw new IllegalStateException("namespace " + name + " cannot be entered");
              }
              libC.close(file);
              return call.call();
            });
    Thread thread = new Thread(task, "in " + name);
    thread.start();
    return task.get();
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly();
    }
    for (String name : names) {
      tool("ip", "netns", "del", prefix + name);
    }
    names.clear();
  }
}
