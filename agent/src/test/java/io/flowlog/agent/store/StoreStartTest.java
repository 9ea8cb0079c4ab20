package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host without S3 does not pay for. */
@Timeout(60)
class StoreStartTest {
  @Test
  void shouldLoadNothingOfTheSdkWhereNothingIsWrittenByS3() throws Exception {
    assertEquals(0, sdkClasses(Protocol.SWIFT));
    assertTrue(sdkClasses(Protocol.S3) > 0, "or nobody counts");
  }

  private static long sdkClasses(Protocol protocol) throws Exception {
    Process child =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                StoreStartTest.class.getName(),
                protocol.name())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), output);
    assertTrue(output.contains(StoreFactory.class.getName() + " "), output);
    return output.lines().filter(line -> line.contains(" software.amazon.")).count();
  }

  /** The process that is looked at: makes the store of a logger. */
  public static void main(String[] args) throws IOException {
    URI url = URI.create("https://store.example.com");
    IdentityConfig identity =
        new IdentityConfig(
            "one",
            Kind.PASSWORD,
            URI.create("https://keystone.example.com/v3"),
            new Party("user", null),
            new Party("project", null),
            "",
            new SecretConfig(Path.of("/nowhere")),
            ConnectionConfig.defaults());
    EndpointConfig endpoint =
        new EndpointConfig(
            url,
            Protocol.valueOf(args[0]),
            identity,
            null,
            "KR1",
            ConnectionConfig.defaults(),
            1,
            EndpointConfig.SEGMENT_BYTES_MAX,
            null);
    StoreConfig config = new StoreConfig(List.of(), List.of(identity), List.of(endpoint), 1, 3);
    StoreFactory factory = new StoreFactory(config, System::nanoTime);
    Objects.requireNonNull(factory.storeOf(url + "/v1/account/container/folder"));
  }
}
