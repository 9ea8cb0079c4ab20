package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written into a made file is what a source hands over, however it is read. */
class CapturePropertyTest {
  private static final int FILES = 2_000;
  private static final int USUAL_WINDOW_BYTES = 1 << 20;

  @TempDir Path directory;

  @Test
  void shouldReadBackWhatWasWritten() throws IOException {
    Path file = directory.resolve("random");
    for (int seed = 0; seed < FILES; seed++) {
      Random random = new Random(seed);
      RandomCapture capture = RandomCapture.make(random);
      Files.write(file, capture.bytes());
      // mostly windows smaller than a header or a frame; now and then the usual one
      int windowBytes = random.nextInt(20) == 0 ? USUAL_WINDOW_BYTES : 1 + random.nextInt(200);
      CounterSet counters = new CounterSet();
      List<SeenFrame> frames = new ArrayList<>();

      ReplayContext context = new ReplayContext(RandomCapture.PORTS, windowBytes);
      try (CaptureFileSource source = CaptureFileSource.open(file, context, counters)) {
        SeenFrame.readTo(frames, source, 1 + random.nextInt(9));
        assertEquals(capture.bytes().length, source.positionBytes());
      }

      assertEquals(capture.frames(), frames, "seed " + seed);
      assertEquals(capture.frames().size(), counters.get(AgentCounter.FRAMES));
      assertEquals(bytesOf(frames), counters.get(AgentCounter.FRAME_BYTES));
    }
  }

  private static long bytesOf(List<SeenFrame> frames) {
    return frames.stream().mapToLong(frame -> frame.hex().length() / 2).sum();
  }
}
