package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.metrics.CounterSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is done to a capture file, a source answers with frames or with one clear line. */
class CaptureFuzzTest {
  private static final int CASES = 40_000;
  private static final int CASES_PER_CAPTURE = 100;

  private long refused;
  private long failed;
  private long readWhole;

  @Test
  void shouldSurviveDamagedFiles() throws IOException {
    byte[] whole = new byte[0];
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      if (seed % CASES_PER_CAPTURE == 0) {
        whole = RandomCapture.make(random).bytes();
      }
      byte[] damaged = damage(whole, random);
      readDamaged(damaged, 1 + random.nextInt(300));
    }
    // all three outcomes, or the mutations test nothing
    assertTrue(refused > 500 && failed > 5_000 && readWhole > 2_000, this::outcome);
  }

  private String outcome() {
    return refused + " refused, " + failed + " failed, " + readWhole + " read whole";
  }

  private void readDamaged(byte[] file, int windowBytes) throws IOException {
    ReplayContext context = new ReplayContext(RandomCapture.PORTS, windowBytes);
    int bufferBytesMax = Math.max(windowBytes, 2 * file.length);
    ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(file));
    FileWindow window = new FileWindow(Path.of("damaged"), channel, windowBytes);
    CaptureFileSource source;
    try {
      source = CaptureFileSource.over(window, file.length, context, new CounterSet());
    } catch (CaptureFileException e) {
      checkMessage(e);
      refused++;
      return;
    }
    try (source) {
      while (!source.isExhausted()) {
        source.poll(frame -> checkFrame(frame, bufferBytesMax), 50);
      }
      readWhole++;
    } catch (CaptureFileException e) {
      checkMessage(e);
      failed++;
    }
  }

  private static void checkFrame(Frame frame, int bufferBytesMax) {
    assertTrue(frame.offset >= 0 && frame.capturedBytes >= 0 && frame.wireBytes >= 0);
    assertTrue(frame.offset + frame.capturedBytes <= frame.buffer.limit());
    assertTrue(frame.timestampNs >= 0);
    assertTrue(frame.buffer.capacity() <= bufferBytesMax, "a lie about a length must cost nothing");
  }

  private static void checkMessage(CaptureFileException failure) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("damaged: ") && message.lines().count() == 1, message);
  }

  private static byte[] damage(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) -random.nextInt(2));
        case 3 -> bytes = Arrays.copyOf(bytes, 1 + at);
        default -> bytes = without(bytes, at, 1 + random.nextInt(8));
      }
    }
    return bytes;
  }

  private static byte[] without(byte[] bytes, int from, int count) {
    int to = Math.min(bytes.length, from + count);
    byte[] rest = Arrays.copyOf(bytes, Math.max(1, bytes.length - (to - from)));
    System.arraycopy(bytes, to, rest, from, Math.min(bytes.length - to, rest.length - from));
    return rest;
  }
}
