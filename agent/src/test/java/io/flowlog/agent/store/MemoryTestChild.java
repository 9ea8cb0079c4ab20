package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** The program that {@link MemoryTest} gives little memory: stores a file, and deletes it again. */
final class MemoryTestChild {
  private MemoryTestChild() {}

  public static void main(String[] args) throws IOException {
    IdentityConfig identity =
        new IdentityConfig(
            "owner",
            Kind.PASSWORD,
            URI.create(args[1]),
            new Party(args[2], "Default"),
            new Party(args[3], null),
            "",
            new SecretConfig(Path.of(args[4])),
            ConnectionConfig.defaults());
    Protocol protocol = Protocol.valueOf(args[0]);
    URI url = URI.create(args[5]);
    URI server = URI.create(url.getScheme() + "://" + url.getRawAuthority());
    EndpointConfig endpoint =
        new EndpointConfig(
            server,
            protocol,
            identity,
            protocol == Protocol.S3 ? server : null,
            ObsServers.REGION,
            ConnectionConfig.defaults(),
            1,
            Long.parseLong(args[6]),
            null);
    StoreFactory factory =
        new StoreFactory(
            new StoreConfig(List.of(), List.of(identity), List.of(endpoint), 1, 3),
            System::nanoTime);
    ObjectStore store = Objects.requireNonNull(factory.storeOf(url.toString()));
    Path file = Path.of(args[7]);
    ObjectKey key = new ObjectKey("large");
    store.put(new SealedFile(new UUID(1, 2), 0, 1, 1, Files.size(file), file, key));
    store.delete(key);
    System.out.println("stored and deleted");
  }
}
