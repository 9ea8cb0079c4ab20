package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.FrameHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every source owes its worker; one subclass for each implementation that reads a file. */
abstract class CaptureSourceContract {
  private static final int FRAMES = 10;

  @TempDir Path directory;

  /** Returns a source of Ethernet frames, frame i at i microseconds, whose bytes are these. */
  abstract CaptureSource open(Path directory, List<byte[]> frames) throws IOException;

  private CaptureSource openTen() throws IOException {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      frames.add(ByteBuffer.allocate(20 + i).put(0, (byte) i).array());
    }
    return open(directory, frames);
  }

  @Test
  void shouldHandOverFramesInOrder() throws IOException {
    try (CaptureSource source = openTen()) {
      List<SeenFrame> frames = SeenFrame.allOf(source);

      assertEquals(FRAMES, frames.size());
      for (int i = 0; i < FRAMES; i++) {
        assertEquals(i * 1000L, frames.get(i).timestampNs());
        assertEquals(20 + i, frames.get(i).wireBytes());
        assertTrue(frames.get(i).hex().startsWith("0" + i));
      }
    }
  }

  @Test
  void shouldRespectTheLimit() throws IOException {
    try (CaptureSource source = openTen()) {
      List<SeenFrame> frames = new ArrayList<>();
      FrameHandler handler = frame -> frames.add(SeenFrame.of(frame));

      assertEquals(0, source.poll(handler, 0));
      assertEquals(3, source.poll(handler, 3));
      assertEquals(3, frames.size());
      assertEquals(1, source.poll(handler, 1));
      assertEquals(3000, frames.get(3).timestampNs());
      assertFalse(source.isExhausted());
    }
  }

  @Test
  void shouldBeExhaustedOnlyAfterTheLastFrame() throws IOException {
    try (CaptureSource source = openTen()) {
      assertFalse(source.isExhausted());
      assertEquals(FRAMES - 1, source.poll(frame -> {}, FRAMES - 1));
      assertFalse(source.isExhausted());
      assertEquals(1, source.poll(frame -> {}, FRAMES));
      assertTrue(source.isExhausted());
      assertEquals(0, source.poll(frame -> {}, FRAMES));
    }
  }

  @Test
  void shouldCloseTwiceAndBeExhaustedThen() throws IOException {
    CaptureSource source = openTen();
    source.close();
    source.close();

    assertTrue(source.isExhausted());
    assertEquals(0, source.poll(frame -> {}, 1));
  }

  @Test
  void shouldForgetWhatAHandlerWroteIntoTheFrame() throws IOException {
    try (CaptureSource source = openTen()) {
      List<Integer> portIndexes = new ArrayList<>();
      FrameHandler handler =
          frame -> {
            portIndexes.add(frame.portIndex);
            frame.portIndex = 5;
          };

      source.poll(handler, FRAMES);

      assertEquals(List.of(-1), portIndexes.stream().distinct().toList());
    }
  }

  @Test
  void shouldBeExhaustedAtOnceWithoutFrames() throws IOException {
    try (CaptureSource source = open(directory, List.of())) {
      assertEquals(0, source.poll(frame -> {}, 1));
      assertTrue(source.isExhausted());
    }
  }
}
