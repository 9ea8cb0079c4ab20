package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowlog.agent.store.ObsCloud;
import io.flowlog.agent.store.ObsServers;
import io.flowlog.agent.store.ObsServers.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe by hand, against a real Keystone and Swift and a folder. No agent runs. */
class ProbeCommandTest {
  private static final UUID CLOUD = new UUID(0x4000, 1);
  private static final UUID DISK = new UUID(0x4000, 2);
  private static final String CONTAINER = "logs";

  @TempDir Path folder;
  private final ObsServers servers = ObsServers.get();
  private final ObsCloud cloud = servers.cloud();
  private final ObsCloud.User owner = cloud.newOwner();

  @BeforeEach
  void declare() throws IOException {
    cloud.makeContainer(owner, CONTAINER);
    Path password = Files.writeString(folder.resolve("password"), owner.password());
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    Files.createDirectory(folder.resolve("loggers.d"));
    Files.writeString(
        folder.resolve("agent.yaml"),
        """
        host: node-7
        state_dir: %1$s/state
        loggers_dir: %1$s/loggers.d
        ports_dir: %1$s
        store:
          directories: [%1$s/store]
          identities:
            - {name: owner, type: password, url: "%2$s", user: %3$s, project: %4$s,
               secret: {file: %1$s/password}, allow_http: true}
          endpoints:
            - {url: "%5$s", protocol: swift, identity: owner, allow_http: true}
        """
            .formatted(
                folder,
                cloud.keystone("/v3"),
                owner.name(),
                owner.projectName(),
                servers.url(Server.PROXY, "")));
    logger("cloud", CLOUD, "OBS", cloud.storageUrl(owner, CONTAINER, "a").toString());
    logger("disk", DISK, "FILE", "file://" + folder + "/store/a");
  }

  private void logger(String name, UUID id, String type, String url) throws IOException {
    Files.writeString(
        folder.resolve("loggers.d/" + name + ".yaml"),
        """
        id: %s
        name: %s
        resource_id: %s
        storage_type: %s
        storage_url: %s
        """
            .formatted(id, name, id, type, url));
  }

  private Outcome probe(Object... more) {
    List<String> command =
        new ArrayList<>(List.of("probe", "--config", folder.resolve("agent.yaml").toString()));
    for (Object argument : more) {
      command.add(argument.toString());
    }
    return Outcome.of(command.toArray(new String[0]));
  }

  @Test
  void shouldWriteToTheStorageOfEveryLoggerAndLeaveNothingBehind() {
    Outcome outcome = probe();
    assertEquals(Main.DONE, outcome.code(), outcome::toString);
    assertEquals(List.of(), outcome.words());
    List<String> lines = outcome.data().lines().toList();
    assertEquals(3, lines.size(), outcome.data());
    assertTrue(lines.get(1).matches("cloud +" + CLOUD + " +good"), lines.get(1));
    assertTrue(lines.get(2).matches("disk +" + DISK + " +good"), lines.get(2));
    assertEquals(List.of(), cloud.objects(owner, CONTAINER));
  }

  @Test
  void shouldSayWhatFailedAndWhatToDo() throws IOException {
    logger("cloud", CLOUD, "OBS", cloud.storageUrl(owner, "none", "a").toString());
    Outcome outcome = probe("--json");
    assertEquals(Main.FAILED, outcome.code(), outcome::toString);
    JsonNode probes = new ObjectMapper().readTree(outcome.data()).get("probes");
    assertEquals(2, probes.size());
    assertFalse(probes.get(0).get("good").asBoolean());
    assertEquals("OBSServiceNotAvailableError", probes.get(0).get("error_type").asText());
    String message = probes.get(0).get("error_message").asText();
    assertTrue(message.contains("404: the container does not exist: make it"), message);
    assertTrue(probes.get(1).get("good").asBoolean());
    assertEquals("", probes.get(1).get("error_message").asText());

    assertEquals(Main.DONE, probe(DISK).code(), "only the other one was asked for");
    Outcome table = probe(CLOUD, DISK);
    assertEquals(Main.FAILED, table.code());
    assertTrue(table.data().contains("OBSServiceNotAvailableError"), table.data());
    assertFalse(table.toString().contains(owner.password()));
  }

  @Test
  void shouldRefuseToLookAsIfAllWasWell() throws IOException {
    UUID unknown = new UUID(0x4000, 3);
    Outcome outcome = probe(unknown);
    assertEquals(Main.FAILED, outcome.code());
    assertTrue(outcome.problems().get(0).startsWith("no logger has the id " + unknown));

    Files.writeString(folder.resolve("loggers.d/broken.yaml"), "name: x\n");
    Outcome broken = probe(DISK);
    assertEquals(Main.FAILED, broken.code());
    assertEquals(List.of("mend the mistakes in the lines above first"), broken.problems());
    assertEquals(Main.WRONG_USE, probe("no-uuid").code());
  }
}
