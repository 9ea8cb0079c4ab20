package io.flowlog.agent.capture;

/** Takes frames from a source, one at a time, on the source's thread. */
@FunctionalInterface
public interface FrameHandler {
  /** Looks at the frame; must not keep it, nor its buffer. */
  void onFrame(Frame frame);
}
