package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import io.flowlog.agent.store.ObsServers.Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A project with a container in the tests' cloud, and the agent's side of it: settings, tokens and
 * stores; owned by one test.
 */
final class ObsFixture {
  static final String CONTAINER = "logs";
  static final String FOLDER = "flow logs";

  final ObsServers servers = ObsServers.get();
  final ObsCloud cloud = servers.cloud();
  final ObsCloud.User owner = cloud.newOwner();
  final ManualTicks clock = new ManualTicks();
  private final Path folder;
  private ConnectionConfig connection =
      new ConnectionConfig(
          TlsConfig.defaults(), null, Duration.ofSeconds(5), Duration.ofSeconds(30));
  private long segmentBytes = EndpointConfig.SEGMENT_BYTES_MAX;
  private @Nullable Duration deleteAfter;
  private int files;

  /** Makes a project and its container; secrets and files go into a folder of the test's. */
  ObsFixture(Path folder) {
    this.folder = folder;
    cloud.makeContainer(owner, CONTAINER);
  }

  ObsFixture withRequestTimeout(Duration timeout) {
    connection = new ConnectionConfig(TlsConfig.defaults(), null, timeout, timeout);
    return this;
  }

  ObsFixture withSegmentBytes(long bytes) {
    segmentBytes = bytes;
    return this;
  }

  ObsFixture withDeleteAfter(Duration time) {
    deleteAfter = time;
    return this;
  }

  /** Returns the settings of an identity that is a user's, by password. */
  IdentityConfig identity(ObsCloud.User user) throws IOException {
    return new IdentityConfig(
        user.name(),
        Kind.PASSWORD,
        servers.url(Server.KEYSTONE, "/v3"),
        new Party(user.name(), "Default"),
        new Party(user.projectId(), null),
        "",
        secret(user.password()),
        connection);
  }

  /** Returns the settings of the same by the older protocol. */
  IdentityConfig olderIdentity(ObsCloud.User user) throws IOException {
    return new IdentityConfig(
        user.name(),
        Kind.TOKENS_V2,
        servers.url(Server.KEYSTONE, "/v2.0"),
        new Party(user.name(), "Default"),
        new Party(user.projectId(), null),
        "",
        secret(user.password()),
        connection);
  }

  /** Returns the settings of an identity that is an application credential. */
  IdentityConfig applicationIdentity(String[] credential) throws IOException {
    return new IdentityConfig(
        "application",
        Kind.APPLICATION_CREDENTIAL,
        servers.url(Server.KEYSTONE, "/v3"),
        null,
        null,
        credential[0],
        secret(credential[1]),
        connection);
  }

  SecretConfig secret(String text) throws IOException {
    return new SecretConfig(Files.writeString(folder.resolve("secret" + files++), text + "\n"));
  }

  KeystoneClient keystone(IdentityConfig identity) throws IOException {
    return new KeystoneClient(identity, new HttpSender(connection));
  }

  TokenSource tokens(IdentityConfig identity) throws IOException {
    return new TokenSource(keystone(identity), clock);
  }

  /** Returns a store of the owner's container that writes as that identity. */
  SwiftStore swift(IdentityConfig identity) throws IOException {
    return swift(identity, cloud.storageUrl(owner, CONTAINER, "flow%20logs"));
  }

  SwiftStore swift(IdentityConfig identity, URI storageUrl) throws IOException {
    return new SwiftStore(
        SwiftPlace.of(storageUrl),
        endpoint(identity),
        tokens(identity),
        new HttpSender(connection));
  }

  /** Returns the settings of an identity that is an access key. */
  IdentityConfig signingIdentity(String name, String access, String secret) throws IOException {
    return new IdentityConfig(name, Kind.EC2, null, null, null, access, secret(secret), connection);
  }

  /** Returns a store of the owner's container by S3, as whoever has those keys. */
  S3Store s3(EndpointConfig endpoint, AccessKeySource keys, Clock signed) throws IOException {
    URI server = servers.url(Server.PROXY, "");
    S3Place place = new S3Place(server, CONTAINER, List.of(FOLDER));
    HttpSender http = new HttpSender(connection);
    return new S3Store(place, new S3Access(endpoint, server, keys, http, signed));
  }

  /** Returns the keys that Keystone has for an identity. */
  AccessKeySource keys(IdentityConfig identity) throws IOException {
    return AccessKeySource.kept(identity, keystone(identity), tokens(identity));
  }

  /** Returns the settings of the S3 side. */
  EndpointConfig s3Endpoint(IdentityConfig identity, String region) {
    return new EndpointConfig(
        servers.url(Server.PROXY, ""),
        Protocol.S3,
        identity,
        servers.url(Server.PROXY, ""),
        region,
        connection,
        1,
        segmentBytes,
        null);
  }

  EndpointConfig endpoint(IdentityConfig identity) {
    return new EndpointConfig(
        servers.url(Server.PROXY, ""),
        Protocol.SWIFT,
        identity,
        null,
        "",
        connection,
        1,
        segmentBytes,
        deleteAfter);
  }

  SealedFile sealed(String key, byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("data" + files++), content);
    return new SealedFile(new UUID(1, 2), 0, 1, 1, content.length, path, new ObjectKey(key));
  }

  byte @Nullable [] stored(String key) {
    return cloud.object(owner, CONTAINER, FOLDER + "/" + key);
  }
}
