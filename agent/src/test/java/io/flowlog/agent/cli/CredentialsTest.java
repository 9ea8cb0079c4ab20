package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The credentials that systemd hands to a service, as the real launcher finds them. */
class CredentialsTest {
  private static final String VARIABLE = "CREDENTIALS_DIRECTORY";

  @TempDir Path folder;
  private Path config = Path.of("");

  @BeforeEach
  void writeConfig() throws IOException {
    config = folder.resolve("flowlog-agent.yaml");
    Files.createDirectory(folder.resolve("credentials"));
    Files.createDirectory(folder.resolve("d"));
    Files.writeString(
        config,
        """
        host: h1
        loggers_dir: %1$s/d
        ports_dir: %1$s/d
        store:
          identities:
            - name: cloud
              type: application_credential
              url: https://keystone.example.com/v3
              access_key: id
              secret: {credential: object-store}
        """
            .formatted(folder));
  }

  private Outcome check(LauncherTree tree) throws IOException {
    return tree.launch("check-config", "--config", config.toString());
  }

  private LauncherTree tree() throws IOException {
    return new LauncherTree(folder, "installed").with(VARIABLE, null);
  }

  private String line(String what) {
    return config + ":10: store.identities[0].secret.credential: " + what;
  }

  private static final String REST = "1 problem; loggers and ports were not looked at";

  @Test
  void shouldReadWhatTheServiceManagerGives() throws IOException {
    Path credential = folder.resolve("credentials/object-store");
    Files.writeString(credential, "top-secret\n");
    Outcome outcome = check(tree().with(VARIABLE, folder.resolve("credentials").toString()));
    assertEquals(List.of(config + ": good; 0 loggers and 0 ports good"), outcome.words());
    assertEquals(Main.DONE, outcome.code());
    assertFalse(outcome.toString().contains("top-secret"));
  }

  @Test
  void shouldSayWhatIsMissing() throws IOException {
    Path credential = folder.resolve("credentials/object-store");
    String remedy = "add LoadCredential=object-store:PATH to the unit";
    Outcome without = check(tree().with(VARIABLE, folder.resolve("credentials").toString()));
    assertEquals(List.of(line(credential + " is not there: " + remedy), REST), without.words());
    assertEquals(Main.FAILED, without.code());

    Files.createFile(credential);
    Outcome empty = check(tree().with(VARIABLE, folder.resolve("credentials").toString()));
    assertEquals(
        List.of(line(credential + " cannot be read (it is empty): check that file"), REST),
        empty.words());

    Outcome unset = check(tree());
    assertEquals(
        List.of(
            line(
                "the credential \"object-store\" is not there: CREDENTIALS_DIRECTORY is not set: "
                    + remedy
                    + ", or set CREDENTIALS_DIRECTORY to the folder that holds it"),
            REST),
        unset.words());
  }
}
