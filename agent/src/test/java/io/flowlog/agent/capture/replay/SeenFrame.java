package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A copy of what a handler was shown, comparable as a whole. */
record SeenFrame(long timestampNs, String hex, long wireBytes, LinkType linkType, int portIndex) {
  static SeenFrame of(Frame frame) {
    byte[] bytes = new byte[frame.capturedBytes];
    frame.buffer.get(frame.offset, bytes);
    String hex = HexFormat.of().formatHex(bytes);
    return new SeenFrame(frame.timestampNs, hex, frame.wireBytes, frame.linkType, frame.portIndex);
  }

  /** Reads a source to its end. */
  static List<SeenFrame> allOf(CaptureSource source) throws IOException {
    List<SeenFrame> frames = new ArrayList<>();
    readTo(frames, source, 100);
    return frames;
  }

  /** Reads a source to its end, so that what came before a failure is in the list. */
  static void readTo(List<SeenFrame> frames, CaptureSource source, int frameLimit)
      throws IOException {
    FrameHandler handler = frame -> frames.add(of(frame));
    while (!source.isExhausted()) {
      source.poll(handler, frameLimit);
    }
  }
}
