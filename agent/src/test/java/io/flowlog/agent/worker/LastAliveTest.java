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

class LastAliveTest {
  @TempDir Path folder;

  @Test
  void shouldKnowNothingInAnAgentsFirstLife() throws IOException {
    assertEquals(OptionalLong.empty(), new LastAlive(folder.resolve("state")).read());
  }

  @Test
  void shouldRememberTheLastTimeInTheNextLife() throws IOException {
    Path state = folder.resolve("state");
    LastAlive alive = new LastAlive(state);
    alive.write(5);
    alive.write(1_767_323_045_000_000_000L);
    assertEquals(OptionalLong.of(1_767_323_045_000_000_000L), new LastAlive(state).read());
    try (Stream<Path> files = Files.list(state)) {
      assertEquals(List.of(state.resolve("last-alive")), files.toList());
    }
  }

  @Test
  void shouldNotTrustWhatIsNoTime() throws IOException {
    for (String text : new String[] {"", "yesterday", "12x"}) {
      Files.writeString(folder.resolve("last-alive"), text);
      assertEquals(OptionalLong.empty(), new LastAlive(folder).read());
    }
  }
}
