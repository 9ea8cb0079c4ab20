package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Names that one process at a time has. Needs root, and unshare. */
class NamespaceClaimTest {
  private final String name = "flb-claim-" + ProcessHandle.current().pid();
  private final int self = (int) ProcessHandle.current().pid();

  @Test
  void shouldLetOneHaveANameAtATime() throws NativeException {
    assertEquals(Optional.empty(), NamespaceClaim.owner(name));
    try (NamespaceClaim claim = NamespaceClaim.of(name).orElseThrow()) {
      assertEquals(Optional.empty(), NamespaceClaim.of(name));
      NamespaceClaim.of(name + "-other").orElseThrow().close();
      assertEquals(Optional.of(new NamespaceClaim.Owner(self, 0)), NamespaceClaim.owner(name));
      claim.forgetAskers();
    }
    assertEquals(Optional.empty(), NamespaceClaim.owner(name));
    NamespaceClaim again = NamespaceClaim.of(name).orElseThrow();
    again.close();
    again.close(); // does nothing
  }

  @Test
  void shouldForgetThoseThatHaveAsked() throws NativeException {
    try (NamespaceClaim claim = NamespaceClaim.of(name).orElseThrow()) {
      Optional<NamespaceClaim.Owner> owner = NamespaceClaim.owner(name);
      int times = 0;
      while (owner.equals(Optional.of(new NamespaceClaim.Owner(self, 0)))) {
        owner = NamespaceClaim.owner(name);
        assertTrue(times++ < 100_000);
      }
      // somebody has it, more is not known
      assertEquals(Optional.of(new NamespaceClaim.Owner(0, -1)), owner);
      claim.forgetAskers();
      assertEquals(Optional.of(new NamespaceClaim.Owner(self, 0)), NamespaceClaim.owner(name));
    }
  }

  @Test
  void shouldBeFreeOnceItsOwnerIsKilled() throws Exception {
    Process child = start();
    try (BufferedReader words = child.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("claimed", words.readLine());
      assertEquals((int) child.pid(), NamespaceClaim.owner(name).orElseThrow().process());
      assertEquals(Optional.empty(), NamespaceClaim.of(name));
    } finally {
      child.destroyForcibly().waitFor();
    }
    NamespaceClaim.of(name).orElseThrow().close();
  }

  @Test
  void shouldHoldInOneNetworkNamespaceOnly() throws Exception {
    Process child = start("unshare", "-n");
    try (BufferedReader words = child.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("claimed", words.readLine());
      assertEquals(Optional.empty(), NamespaceClaim.owner(name));
      NamespaceClaim.of(name).orElseThrow().close();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  private Process start(String... wrapper) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(wrapper);
    builder
        .command()
        .addAll(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Claimer.class.getName(),
                name));
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Claims a name and keeps it until it is killed. */
  static final class Claimer {
    private Claimer() {}

    public static void main(String[] name) throws Exception {
      NamespaceClaim claim = NamespaceClaim.of(name[0]).orElseThrow();
      System.out.println("claimed");
      Thread.sleep(60_000);
      claim.close();
    }
  }
}
