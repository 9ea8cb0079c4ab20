package io.flowlog.agent.capture.replay;

import java.util.Map;

/**
 * What a capture file does not say itself.
 *
 * @param devicePortIndex logging ports by the device name that a pcapng file gives its interface
 * @param windowBytes how much of the file is read at once; it grows for a larger record
 */
public record ReplayContext(Map<String, Integer> devicePortIndex, int windowBytes) {
  private static final int WINDOW_BYTES = 1 << 18;

  public ReplayContext {
    devicePortIndex = Map.copyOf(devicePortIndex);
    if (windowBytes < 1) {
      throw new IllegalArgumentException("windowBytes must be positive: " + windowBytes);
    }
  }

  /** Returns a context in which no frame's logging port is known. */
  public static ReplayContext withoutPorts() {
    return withPorts(Map.of());
  }

  /** Returns a context that knows these devices. */
  public static ReplayContext withPorts(Map<String, Integer> devicePortIndex) {
    return new ReplayContext(devicePortIndex, WINDOW_BYTES);
  }
}
