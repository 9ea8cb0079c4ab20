package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.store.ConnectionConfig.Proxy;
import io.flowlog.agent.store.EndpointConfig;
import io.flowlog.agent.store.IdentityConfig;
import io.flowlog.agent.store.IdentityConfig.Party;
import io.flowlog.agent.store.StoreConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which stores there are, and as whom the agent writes: what is read, and every mistake. */
class StoreSectionTest {
  private static final String SECRET = "hunter2";

  private final Path directory;
  private final TemporaryFiles files;
  private @Nullable String credentials;

  StoreSectionTest(@TempDir Path directory) {
    this.directory = directory;
    files = new TemporaryFiles(directory);
  }

  @BeforeEach
  void writeSecrets() throws IOException {
    closed(files.write("secret", SECRET, ""));
    closed(files.write("credentials/keystone", "of systemd"));
    credentials = directory.resolve("credentials").toString();
  }

  private static void closed(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private LoadedConfig load(String... lines) {
    Path file = files.write("a.yaml", lines);
    Path hostName = files.write("hostname", "node-7");
    return ConfigLoader.load(file, List.of(), new Surroundings(hostName, credentials));
  }

  private StoreConfig good(String... lines) {
    LoadedConfig loaded = load(lines);
    assertEquals(List.of(), loaded.problems());
    AgentConfig config = loaded.config();
    assertNotNull(config);
    return config.store();
  }

  private String file(String name) {
    return "{file: " + directory.resolve(name) + "}";
  }

  @Test
  void shouldReadWhoWrites() throws IOException {
    List<IdentityConfig> identities =
        good(
                "store:",
                "  identities:",
                "  - {name: a, type: password, url: 'https://k.example:5000/v3', user: u,",
                "     project: p, project_domain: d, secret: " + file("secret") + "}",
                "  - {name: b, type: password, url: 'https://k.example/v3', user_id: 1f,",
                "     project_id: 2f, secret: {credential: keystone}}",
                "  - {name: c, type: application_credential, url: 'http://k.example/v3',",
                "     allow_http: true, access_key: id, secret: " + file("secret") + "}",
                "  - {name: d, type: tokens_v2, url: 'https://k.example/v2.0', user: mail@x,",
                "     project_id: 3f, secret: " + file("secret") + "}",
                "  - {name: e, type: ec2, access_key: AK, secret: " + file("secret") + "}")
            .identities();
    assertEquals(new Party("u", "Default"), identities.get(0).user());
    assertEquals(new Party("p", "d"), identities.get(0).project());
    assertEquals(SECRET, identities.get(0).secret().read());
    assertEquals(URI.create("https://k.example:5000/v3"), identities.get(0).url());
    assertEquals(new Party("1f", null), identities.get(1).user());
    assertEquals(new Party("2f", null), identities.get(1).project());
    assertEquals("of systemd", identities.get(1).secret().read());
    assertEquals("id", identities.get(2).accessKey());
    assertEquals(new Party("mail@x", "Default"), identities.get(3).user());
    assertEquals(IdentityConfig.Kind.EC2, identities.get(4).type());
    assertNull(identities.get(4).url());
  }

  @Test
  void shouldReadWhereToWrite() {
    List<EndpointConfig> endpoints =
        good(
                "store:",
                "  identities:",
                "  - {name: e, type: ec2, access_key: AK, secret: " + file("secret") + "}",
                "  - {name: c, type: application_credential, url: 'https://k.example/v3',",
                "     access_key: id, secret: " + file("secret") + "}",
                "  endpoints:",
                "  - {url: 'https://o.example/v1/AUTH_1', protocol: swift, identity: c,",
                "     delete_after: 30d, segment_bytes: 2MiB, uploads_max: 7,",
                "     proxy: 'http://proxy:3128', connect_timeout: 1s, request_timeout: 2s}",
                "  - {url: 'https://o.example', protocol: s3, identity: e, region: KR1,",
                "     s3_url: 'https://s3.example:8443'}")
            .endpoints();
    EndpointConfig swift = endpoints.get(0);
    assertEquals("c", swift.identity().name());
    assertEquals(Duration.ofDays(30), swift.deleteAfter());
    assertEquals(2 << 20, swift.segmentBytes());
    assertEquals(7, swift.uploadsMax());
    assertEquals(new Proxy("proxy", 3128), swift.connection().proxy());
    assertEquals(Duration.ofSeconds(1), swift.connection().connectTimeout());
    assertEquals(Duration.ofSeconds(2), swift.connection().requestTimeout());
    EndpointConfig s3 = endpoints.get(1);
    assertEquals(URI.create("https://s3.example:8443"), s3.s3Url());
    assertEquals("KR1", s3.region());
    assertEquals(EndpointConfig.UPLOADS, s3.uploadsMax());
    assertEquals(5L << 30, s3.segmentBytes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type: ec2, access_key: a, secret: 'hunter2'|.secret: may not stand here itself: put it"
            + " into a file of the agent's user and write {file: PATH} or {credential: NAME}",
        "type: ec2, access_key: a, secret: {file: hunter2}|.secret.file: is not an absolute path"
            + " to a file: start with /",
        "type: ec2, access_key: a, secret: {file: /nowhere/x}|.secret.file: /nowhere/x is not"
            + " there: make that file, for the agent's user only",
        "type: ec2, access_key: a, secret: {credential: other}|.secret.credential:"
            + " credentials/other is not there: add LoadCredential=other:PATH to the unit",
        "type: ec2, access_key: a, secret: {credential: ../x}|.secret.credential: \"../x\" cannot"
            + " be the name of a credential: use letters, digits, dots, dashes and underscores",
        "type: ec2, access_key: a, secret: {credential: keystone, path: x}|.secret.path: unknown"
            + " key: known are file, credential",
        "type: ec2, access_key: a|.secret: is required with type ec2: write it",
        "type: ec2, secret: {credential: keystone}|.access_key: is required with type ec2: write"
            + " it",
        "type: ec2, access_key: a, user: u, secret: {credential: keystone}|.user: has no use with"
            + " type ec2: drop it",
        "type: v3, access_key: a, secret: {credential: keystone}|.type: \"v3\" is not a known"
            + " type: use password, application_credential, tokens_v2 or ec2",
        "access_key: a, secret: {credential: keystone}|.type: is required: use password,"
            + " application_credential, tokens_v2 or ec2",
        "type: application_credential, url: 'https://k/v2.0', access_key: a, secret: {credential:"
            + " keystone}|.url: \"https://k/v2.0\" does not end in /v3: write the identity"
            + " service's address of that version",
        "type: application_credential, url: 'http://k/v3', access_key: a, secret: {credential:"
            + " keystone}|.url: \"http://k/v3\" is not encrypted: write https://, or allow_http:"
            + " true if everybody on the way may read secrets",
        "type: application_credential, url: 'https://u:hunter2@k/v3', access_key: a, secret:"
            + " {credential: keystone}|.url: \"k/v3\" is not the address of a server: write"
            + " https://{host}, with :{port} and /{path} where needed, no user and no ?",
        "type: application_credential, url: 'https://k/v3', ca_file: /nowhere/ca, access_key: a,"
            + " secret: {credential: keystone}|.ca_file: cannot be used (no such file): write PEM"
            + " into that file",
        "type: application_credential, url: 'https://k/v3', key: {credential: keystone},"
            + " access_key: a, secret: {credential: keystone}|.key: needs the other of"
            + " certificate_file and key: give both, or none",
        "type: application_credential, url: 'https://k/v3', proxy: 'https://p', access_key: a,"
            + " secret: {credential: keystone}|.proxy: \"https://p\" is not the address of a"
            + " proxy: write http://{host}:{port}",
        "type: application_credential, url: 'https://k/v3', request_timeout: 1h, access_key: a,"
            + " secret: {credential: keystone}|.request_timeout: \"1h\" is out of range: write"
            + " 100ms to 10m",
        "type: password, url: 'https://k/v3', user: u, secret: {credential: keystone}|.project: is"
            + " required with type password: write it",
        "type: password, url: 'https://k/v3', user: u, user_id: 1, project: p, secret:"
            + " {credential: keystone}|.user_id: must be text, not the number 1: put it in quotes"
            + " if it is meant as text",
        "type: password, url: 'https://k/v3', user: u, user_id: x1, project: p, secret:"
            + " {credential: keystone}|.user_id: stands beside a name: keep one of them",
      })
  void shouldRefuseIdentities(String keys, String message) {
    String line = "store: {identities: [{name: one, " + keys + "}]}";
    assertEquals(
        List.of("a.yaml:1: store.identities[0]" + message), files.lines(load(line).problems()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocol: swift, identity: c|[0].url: is required: write https://{host}",
        "url: 'https://a', identity: c|[0].protocol: is required: write swift or s3",
        "url: 'https://a', protocol: swift|[0].identity: is required: name one of"
            + " store.identities",
        "url: 'https://a', protocol: swift, identity: x|[0].identity: \"x\" is not in"
            + " store.identities, or not without a mistake: name one of them",
        "url: 'https://a', protocol: swift, identity: e|[0].identity: is of type ec2, which swift"
            + " does not know: name another",
        "url: 'https://a', protocol: ftp, identity: c|[0].protocol: \"ftp\" is not a known"
            + " protocol: use swift or s3",
        "url: 'http://a', protocol: swift, identity: c|[0].url: \"http://a\" is not encrypted:"
            + " write https://, or allow_http: true if everybody on the way may read secrets",
        "url: 'https://a/../b', protocol: swift, identity: c|[0].url: \"https://a/../b\" has an"
            + " empty folder, . or ..: write the path that is meant",
        "url: 'https://a?b', protocol: swift, identity: c|[0].url: \"https://a?b\" is not the"
            + " address of a server: write https://{host}, with :{port} and /{path} where needed,"
            + " no user and no ?",
        "url: 'https://a', protocol: swift, identity: c, s3_url: 'https://b'|[0].s3_url: has no"
            + " use with swift: drop it, or set protocol: s3",
        "url: 'https://a', protocol: s3, identity: c|[0].region: is required: write the one by"
            + " which the store wants requests signed",
        "url: 'https://a', protocol: s3, identity: c, region: x, delete_after: 1d|"
            + "[0].delete_after: has no use with s3: drop it, and let the bucket expire objects",
        "url: 'https://a', protocol: swift, identity: c}, {url: 'https://A:443/', protocol: swift,"
            + " identity: c|[1].url: \"https://a\" is listed already: keep one entry for it",
      })
  void shouldRefuseEndpoints(String keys, String message) {
    List<Problem> problems =
        load(
                "store:",
                "  identities:",
                "  - {name: e, type: ec2, access_key: AK, secret: " + file("secret") + "}",
                "  - {name: c, type: application_credential, url: 'https://k.example/v3',",
                "     access_key: id, secret: " + file("secret") + "}",
                "  endpoints: [{" + keys + "}]")
            .problems();
    assertEquals(List.of("a.yaml:6: store.endpoints" + message), files.lines(problems));
  }

  @Test
  void shouldSayThatNobodyGivesCredentials() {
    credentials = null;
    List<Problem> problems =
        load(
                "store:",
                "  identities:",
                "  - name: e",
                "    type: ec2",
                "    access_key: a",
                "    secret:",
                "      credential: keystone")
            .problems();
    assertEquals(
        List.of(
            "a.yaml:7: store.identities[0].secret.credential: the credential \"keystone\" is not"
                + " there: CREDENTIALS_DIRECTORY is not set: add LoadCredential=keystone:PATH to"
                + " the unit, or set CREDENTIALS_DIRECTORY to the folder that holds it"),
        files.lines(problems));
  }

  @Test
  void shouldRefuseASecretThatEverybodyMayRead() throws IOException {
    Path open = files.write("open", SECRET);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    List<Problem> problems =
        load("store: {identities: [{name: e, type: ec2, access_key: a, secret: "
                + file("open")
                + "}]}")
            .problems();
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).what().endsWith("is open to everybody"), problems.toString());
  }

  @Test
  void shouldNeverShowASecret() {
    StoreConfig store =
        good(
            "store: {identities: [{name: e, type: ec2, access_key: a, secret: "
                + file("secret")
                + "}]}");
    String shown = store.toString();
    assertTrue(shown.contains("secret=***"), shown);
    assertFalse(shown.contains(SECRET), shown);
    for (String line :
        new String[] {
          "store: {identities: [{name: e, secret: hunter2}]}",
          "store: {identities: [{name: e, secret: [hunter2]}]}",
          "store: {identities: [{name: e, secret: {file: hunter2}}]}",
          "store: {identities: [{name: e, url: 'https://u:hunter2@k'}]}",
          "store: {identities: [{name: e, proxy: 'http://u:hunter2@k:1'}]}",
          "store: {endpoints: [{key: hunter2}]}",
        }) {
      String told = load(line).problems().toString();
      assertFalse(told.contains(SECRET), told);
    }
  }

  @Test
  void shouldRefuseTwoIdentitiesOfOneName() {
    String one = "{name: e, type: ec2, access_key: a, secret: " + file("secret") + "}";
    List<Problem> problems = load("store: {identities: [" + one + ", " + one + "]}").problems();
    assertEquals(
        List.of(
            "a.yaml:1: store.identities[1].name: \"e\" is taken by another identity: change or"
                + " remove one"),
        files.lines(problems));
  }
}
