package io.flowlog.agent.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Keystone and Swift on loopback, one for the whole test run; see src/test/obs/README.md.
 * Tests, which run one after the other, may stop a server or let it hang, and put it right again.
 */
public final class ObsServers {
  /** The region that S3 requests are signed for. */
  public static final String REGION = "KR1";

  private static final Path SCRIPTS =
      Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("src/test/obs");
  private static final long START_MS = TimeUnit.SECONDS.toMillis(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static @Nullable ObsServers running;
  private static @Nullable String failure;

  private final Path folder;
  private final Map<Server, Integer> ports = new EnumMap<>(Server.class);
  private final Map<Server, Process> processes = new EnumMap<>(Server.class);
  private final String password = "p" + System.nanoTime();

  /** One of the servers. */
  public enum Server {
    KEYSTONE("/v3"),
    PROXY("/healthcheck"),
    ACCOUNT("/healthcheck"),
    CONTAINER("/healthcheck"),
    OBJECT("/healthcheck");

    private final String page;

    Server(String page) {
      this.page = page;
    }

    private String kind() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A server that does not work, until this is closed. */
  public interface Outage extends AutoCloseable {
    @Override
    void close();
  }

  private ObsServers(Path folder) {
    this.folder = folder;
  }

  /** Returns the servers, which run. */
  public static synchronized ObsServers get() {
    ObsServers known = running;
    if (failure != null) {
      throw new IllegalStateException(failure); // one test has waited: that is enough
    }
    if (known == null) {
      known = new ObsServers(buildFolder().resolve("obs"));
      Runtime.getRuntime().addShutdownHook(new Thread(known::end, "obs-end"));
      try {
        known.startAll();
      } catch (IOException e) {
        failure = e.getMessage();
        throw new UncheckedIOException(e);
      }
      running = known;
    }
    return known;
  }

  private static Path buildFolder() {
    Path classes =
        Path.of(
            URI.create(
                ObsServers.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    Path folder = classes.getParent();
    return folder == null ? classes : folder;
  }

  private void startAll() throws IOException {
    deleteFolder();
    Files.createDirectories(folder);
    List<String> command =
        new ArrayList<>(List.of("prepare.py", folder.toString(), REGION, password));
    for (Server server : Server.values()) {
      ports.put(server, freePort());
      command.add(server.kind() + "=" + ports.get(server));
    }
    Process preparing = python("prepare", command);
    await(preparing, "prepare");
    if (preparing.exitValue() != 0) {
      throw failure("prepare");
    }
    for (Server server : Server.values()) {
      launch(server);
    }
    for (Server server : Server.values()) {
      awaitReady(server);
    }
    new ObsCloud(this).makeServiceUser(password);
  }

  private void deleteFolder() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private int freePort() throws IOException {
    int port;
    do {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
    } while (ports.containsValue(port));
    return port;
  }

  private void launch(Server server) throws IOException {
    List<String> command =
        server == Server.KEYSTONE
            ? List.of("keystone_server.py", folder.toString(), "" + port(server), REGION, password)
            : List.of("swift_server.py", server.kind(), folder.toString());
    processes.put(server, python(server.kind(), command));
  }

  private Process python(String name, List<String> command) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/python3", "-u"));
    words.add(SCRIPTS.resolve(command.get(0)).toString());
    words.addAll(command.subList(1, command.size()));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
    builder.environment().clear(); // no proxies, no other Python's libraries
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("LANG", "C.UTF-8");
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    return builder.start();
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private void awaitReady(Server server) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(url(server, server.page)).timeout(Duration.ofSeconds(5)).build();
    Process process = process(server);
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
    while (process.isAlive() && System.nanoTime() - endNs < 0) {
      try {
        if (HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
        Thread.sleep(20);
      } catch (IOException e) {
        pause();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    throw failure(server.kind());
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private IOException failure(String name) throws IOException {
    List<String> lines = Files.readAllLines(log(name));
    List<String> last = lines.subList(Math.max(0, lines.size() - 20), lines.size());
    return new IOException(
        name + " does not start: is all of .ci/setup installed?\n" + String.join("\n", last));
  }

  private static void await(Process process, String name) throws IOException {
    try {
      if (!process.waitFor(START_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(name + " does not end");
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", e);
  }

  private Process process(Server server) {
    Process process = processes.get(server);
    if (process == null) {
      throw new IllegalStateException(server + " was never started");
    }
    return process;
  }

  /** Returns the port of a server. */
  public int port(Server server) {
    Integer port = ports.get(server);
    if (port == null) {
      throw new IllegalStateException(server + " has no port yet");
    }
    return port;
  }

  /** Returns the URL of a page of a server. */
  public URI url(Server server, String page) {
    return URI.create("http://127.0.0.1:" + port(server) + page);
  }

  /** Returns who makes projects, users and containers, as an administrator of that cloud. */
  public ObsCloud cloud() {
    return new ObsCloud(this);
  }

  String adminPassword() {
    return password;
  }

  /** Says how long tokens live that are given out from now on. */
  public void tokensLive(Duration lifetime) {
    try {
      Path fresh = Files.writeString(folder.resolve("new"), "" + lifetime.toSeconds());
      Files.move(fresh, folder.resolve("token-seconds"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends a server; connections to it are refused. */
  public Outage stop(Server server) {
    end(process(server));
    return () -> {
      try {
        launch(server);
        awaitReady(server);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** Lets a server hang: it takes connections and says nothing. */
  public Outage hang(Server server) {
    signal("-STOP", process(server));
    return () -> signal("-CONT", process(server));
  }

  private static void signal(String name, Process process) {
    try {
      Process kill = new ProcessBuilder("kill", name, "" + process.pid()).start();
      await(kill, "kill");
      if (kill.exitValue() != 0) {
        throw new IOException("kill " + name + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end() {
    processes.values().forEach(ObsServers::end);
  }

  private static void end(Process process) {
    // at once, and also one that hangs; what was stored is on disk
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
