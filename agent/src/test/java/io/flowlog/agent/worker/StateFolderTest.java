package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
  private static final long NOW_NS = 1_767_323_045_000_000_000L;

  @TempDir Path temporary;

  private StateFolder open() {
    return new StateFolder(temporary.resolve("state"));
  }

  @Test
  void shouldKnowOfNoEarlierLifeInTheFirst() throws IOException {
    assertEquals(OptionalLong.empty(), open().lastAliveNs());
  }

  @Test
  void shouldRememberTheLastTimeInTheNextLife() throws IOException {
    StateFolder state = open();
    state.alive(5);
    state.alive(NOW_NS);
    assertEquals(OptionalLong.of(NOW_NS), open().lastAliveNs());
    try (Stream<Path> files = Files.list(temporary.resolve("state"))) {
      assertEquals(List.of(temporary.resolve("state/last-alive")), files.toList());
    }
  }

  @Test
  void shouldRememberSinceItsFirstLife() throws IOException {
    assertEquals(NOW_NS, open().rememberedSinceNs(NOW_NS));
    assertEquals(NOW_NS, open().rememberedSinceNs(NOW_NS + 1));
    Files.delete(temporary.resolve("state/remembered-since"));
    assertEquals(NOW_NS + 2, open().rememberedSinceNs(NOW_NS + 2));
  }

  @Test
  void shouldNotTrustWhatIsNoTime() throws IOException {
    Files.createDirectory(temporary.resolve("state"));
    for (String text : new String[] {"", "yesterday", "12x"}) {
      Files.writeString(temporary.resolve("state/last-alive"), text);
      assertEquals(OptionalLong.empty(), open().lastAliveNs());
    }
  }
}
