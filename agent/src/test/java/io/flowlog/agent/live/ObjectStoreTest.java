package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.store.ObsCloud;
import io.flowlog.agent.store.ObsServers;
import io.flowlog.agent.store.ObsServers.Outage;
import io.flowlog.agent.store.ObsServers.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The agent beside a real Keystone and Swift: the same port is logged into a container and into a
 * folder, and in the end both hold the same. Needs root, iproute2, python3 and the servers.
 */
@Timeout(300)
class ObjectStoreTest {
  private static final String CONTAINER = "logs";
  private static final String CLOUD = "cloud";
  private static final String DISK = "disk";
  private static final byte[] FRAME =
      FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(40).build();

  @RegisterExtension final LiveHost host = new LiveHost("vm1");
  private final ObsServers servers = ObsServers.get();
  private final ObsCloud cloud = servers.cloud();
  private final ObsCloud.User owner = cloud.newOwner();
  private @Nullable Relay relay;

  @BeforeEach
  void declare() throws IOException {
    relay =
        new Relay(
            host.net().fullName(LiveHost.HOST),
            servers.port(Server.KEYSTONE),
            servers.port(Server.PROXY));
    cloud.makeContainer(owner, CONTAINER);
    Path config = host.folder().resolve("flowlog-agent.yaml");
    Files.writeString(config, Files.readString(config).replace("store:\n", stores()));
    // as systemd hands it over by LoadCredential
    Files.createDirectory(host.folder().resolve("credentials"));
    host.write("credentials/owner-password", owner.password());
    Path password = host.folder().resolve("credentials/owner-password");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("r--------"));
    host.environment("CREDENTIALS_DIRECTORY", host.folder().resolve("credentials").toString());
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.port("tap1");
    host.logger(DISK);
    host.logger(CLOUD);
    Path logger = host.folder().resolve("loggers.d/" + CLOUD + ".yaml");
    Files.writeString(
        logger,
        Files.readString(logger)
            .replace("storage_type: FILE", "storage_type: OBS")
            .replaceAll(
                "storage_url: .*", "storage_url: " + cloud.storageUrl(owner, CONTAINER, "a/b")));
  }

  private String stores() {
    return """
        store:
          identities:
            - {name: owner, type: password, url: "%s", user: %s, project: %s,
               secret: {credential: owner-password}, allow_http: true}
          endpoints:
            - {url: "%s", protocol: swift, identity: owner, allow_http: true,
               request_timeout: 10m}
        """
        .formatted(
            cloud.keystone("/v3"),
            owner.name(),
            owner.projectName(),
            servers.url(Server.PROXY, ""));
  }

  @AfterEach
  void close() {
    if (relay != null) {
      relay.close();
    }
  }

  /** Returns what the agent says of a logger. */
  private JsonNode logger(String name) {
    String page = host.page("/v2.0/flowlog-loggers/" + LiveHost.loggerId(name));
    try {
      JsonNode body = new ObjectMapper().readTree(page.substring(page.indexOf("\r\n\r\n") + 4));
      return Objects.requireNonNull(body.get("flowlog_logger"), page);
    } catch (IOException e) {
      throw new AssertionError(page, e);
    }
  }

  private void awaitStatus(String name, String status) {
    host.await(name + " is " + status, () -> logger(name).get("status").asText().equals(status));
  }

  private void awaitWaiting(long files) {
    host.awaitMetric("flowlog_files_waiting", files);
  }

  private void send(int frames) {
    host.net().send("vm1", "eth0", frames, List.of(FRAME));
  }

  /** Returns what is in the container, by name without the logger's id; probes are gone. */
  private Map<String, byte[]> objects() {
    Map<String, byte[]> objects = new TreeMap<>();
    String folder = "a/b/";
    for (String name : cloud.objects(owner, CONTAINER)) {
      assertFalse(name.contains("probe"), name);
      byte[] content = Objects.requireNonNull(cloud.object(owner, CONTAINER, name));
      String inShort = name.substring(folder.length()).replace(LiveHost.loggerId(CLOUD), "");
      objects.put(inShort, content);
    }
    return objects;
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    Path folder = host.folder().resolve("store").resolve(DISK);
    for (Path file : host.filesOf(DISK)) {
      String name = folder.relativize(file).toString();
      files.put(name.replace(LiveHost.loggerId(DISK), ""), Files.readAllBytes(file));
    }
    return files;
  }

  private void assertAllIsThere() throws IOException {
    Map<String, byte[]> files = files();
    Map<String, byte[]> objects = objects();
    assertFalse(files.isEmpty());
    assertEquals(files.keySet(), objects.keySet());
    files.forEach((name, content) -> assertArrayEquals(content, objects.get(name), name));
  }

  @Test
  void shouldBringToTheContainerWhatItBringsToTheFolder() throws IOException {
    host.start();
    awaitStatus(CLOUD, "ACTIVE");
    awaitStatus(DISK, "ACTIVE");
    send(7);
    host.awaitMetric("flowlog_uploads_total{outcome=\"succeeded\"}", 4);
    assertEquals(2, host.metric("flowlog_loggers_by_status{status=\"active\"}"));
    assertEquals(2, host.metric("flowlog_probes_total{outcome=\"succeeded\"}"));
    String created = logger(CLOUD).get("created_at").asText();
    host.stop();
    assertAllIsThere();

    host.start();
    assertEquals("ACTIVE", logger(CLOUD).get("status").asText());
    assertEquals(created, logger(CLOUD).get("created_at").asText());
    send(5);
    host.stop();
    assertAllIsThere();
    assertFalse(host.log().contains(owner.password()));
  }

  @Test
  @SuppressWarnings("try") // an outage needs nobody to call it
  void shouldKeepFilesUntilTheIdentityServiceIsThereAgain() throws IOException {
    try (Outage outage = servers.stop(Server.KEYSTONE)) {
      host.start();
      awaitStatus(CLOUD, "ERROR");
      assertEquals("AuthenticationSystemError", logger(CLOUD).get("error_type").asText());
      send(7);
      awaitWaiting(1);
      assertEquals("ACTIVE", logger(DISK).get("status").asText());
      assertTrue(host.page("/health").contains("ERROR AuthenticationSystemError: "));
      host.stop();
      host.start();
      assertEquals("ERROR", logger(CLOUD).get("status").asText());
      send(7);
      awaitWaiting(3);
    }
    awaitStatus(CLOUD, "ACTIVE");
    assertEquals("", logger(CLOUD).get("error_type").asText());
    host.await("no file waits", () -> host.metric("flowlog_files_waiting") == 0);
    host.stop();
    assertAllIsThere();
  }

  @Test
  @SuppressWarnings("try") // an outage needs nobody to call it
  void shouldNotLetOneStoreThatHangsDelayAnother() throws IOException {
    host.start();
    awaitStatus(CLOUD, "ACTIVE");
    try (Outage outage = servers.hang(Server.PROXY)) {
      send(7);
      int before = host.filesOf(DISK).size();
      host.await("files go on", () -> filesOnDisk() >= before + 3);
      awaitWaiting(2);
      host.stop(); // which is not as patient as the request
    }
    host.start();
    host.await("no file waits", () -> host.metric("flowlog_files_waiting") == 0);
    host.stop();
    assertAllIsThere();
  }

  private int filesOnDisk() {
    try {
      return host.filesOf(DISK).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
