package io.flowlog.agent.cli;

import io.flowlog.agent.cli.demo.DemoFolder;
import io.flowlog.agent.cli.demo.DemoMachine;
import io.flowlog.agent.cli.demo.DemoNetwork;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What runs on the live demo's host and its machines: this program again, in processes of their
 * own. Owned by a {@link LiveDemo}; all of them end with it.
 */
final class DemoProcesses implements AutoCloseable {
  private static final String CAPTURING = "capturing 3 ports";
  private static final String CLIENT = "build";
  private static final int SHOWN_LINES = 20;
  private static final long STOP_SECONDS = 30;
  private static final long END_SECONDS = 5;

  /** A JVM that is asked to stop says 128 + SIGTERM, or + SIGINT from a terminal. */
  private static final Set<Integer> STOPPED = Set.of(0, 130, 143);

  /** The demo's processes have their own service manager: none. */
  private static final Set<String> SERVICE_VARIABLES =
      Set.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM", "INVOCATION_ID");

  private final DemoNetwork network;
  private final DemoFolder folder;
  private final List<Process> all = new ArrayList<>();
  private @Nullable Process agent;
  private @Nullable Process client;

  DemoProcesses(DemoNetwork network, DemoFolder folder) {
    this.network = network;
    this.folder = folder;
  }

  private Process start(String where, ProcessBuilder.Redirect errors, String... words)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(List.of("-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(absolute(System.getProperty("java.class.path")));
    command.addAll(List.of(words));
    ProcessBuilder process = new ProcessBuilder(network.inside(where, command));
    process.environment().keySet().removeAll(SERVICE_VARIABLES);
    Process started = process.redirectError(errors).start();
    all.add(started);
    return started;
  }

  private static String absolute(String classPath) {
    return String.join(
        File.pathSeparator,
        Arrays.stream(classPath.split(File.pathSeparator, 0))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList());
  }

  /** Starts the servers and the client; the latter waits for its time. */
  void startMachines(long trafficMs) throws IOException, CommandFailure {
    String program = DemoMachine.class.getName();
    Process database = start("db", ProcessBuilder.Redirect.INHERIT, program, "db");
    Process web = start("web", ProcessBuilder.Redirect.INHERIT, program, "web");
    Process clientNow =
        start(CLIENT, ProcessBuilder.Redirect.INHERIT, program, CLIENT, Long.toString(trafficMs));
    client = clientNow;
    for (Process machine : List.of(database, web, clientNow)) {
      BufferedReader words = machine.inputReader(StandardCharsets.UTF_8);
      if (!DemoMachine.READY.equals(words.readLine())) {
        throw new CommandFailure("a machine of the demo does not start: see the lines above");
      }
    }
  }

  /** Starts the agent on the host. */
  void startAgent() throws IOException {
    ProcessBuilder.Redirect log = ProcessBuilder.Redirect.to(folder.agentLog().toFile());
    String configuration = folder.configuration().toAbsolutePath().toString();
    agent = start(DemoNetwork.HOST, log, Main.class.getName(), "run", "--config", configuration);
  }

  /** Tells whether the agent says that it captures. */
  boolean isAgentReady() throws IOException {
    return Files.readString(folder.agentLog()).contains(CAPTURING);
  }

  /** Lets the client begin at a time. */
  void startTraffic(long startMs) throws IOException {
    if (client != null) {
      try (var orders = client.outputWriter(StandardCharsets.UTF_8)) {
        orders.write(startMs + "\n");
      }
    }
  }

  /** Has the agent put away what it has, and waits for that. */
  void stopAgent() throws InterruptedException, CommandFailure {
    if (agent != null) {
      agent.destroy();
      if (!agent.waitFor(STOP_SECONDS, TimeUnit.SECONDS) || !STOPPED.contains(agent.exitValue())) {
        throw failure("the agent does not stop as it should");
      }
    }
  }

  /** Looks whether all are alive that should be. */
  void check() throws CommandFailure {
    if (agent != null && !agent.isAlive()) {
      throw failure("the agent has ended by itself");
    }
    for (Process process : all) {
      if (!process.isAlive() && (!process.equals(client) || process.exitValue() != 0)) {
        throw failure("a machine of the demo has ended by itself");
      }
    }
  }

  /** Shows what the agent said last, and returns what went wrong. */
  CommandFailure failure(String what) {
    try {
      List<String> lines = Files.readAllLines(folder.agentLog());
      lines.stream().skip(Math.max(0, lines.size() - SHOWN_LINES)).forEach(DemoCommand::say);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CommandFailure(
        what + ": see the lines above, or take made-up packets (demo --replay)");
  }

  @Override
  public void close() {
    all.forEach(Process::destroy);
    for (Process process : all) {
      try {
        process.waitFor(END_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.destroyForcibly();
    }
  }
}
