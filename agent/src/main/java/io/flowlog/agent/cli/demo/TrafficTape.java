package io.flowlog.agent.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Frames that are told in any order and become a capture in the order of their times; owned by
 * whoever tells.
 */
final class TrafficTape {
  private static final int ETHERNET = 1;

  private final Map<Long, List<byte[]>> framesByTimestampNs = new TreeMap<>();

  /** Adds a frame. */
  void add(long timestampNs, FrameBuilder frame) {
    framesByTimestampNs.computeIfAbsent(timestampNs, time -> new ArrayList<>()).add(frame.build());
  }

  /** Writes everything to a capture file; returns how many frames it has. */
  int writeTo(Path file) throws IOException {
    int count = 0;
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, ETHERNET)) {
      for (Map.Entry<Long, List<byte[]>> moment : framesByTimestampNs.entrySet()) {
        for (byte[] frame : moment.getValue()) {
          writer.write(moment.getKey(), frame, frame.length);
          count++;
        }
      }
    }
    return count;
  }
}
