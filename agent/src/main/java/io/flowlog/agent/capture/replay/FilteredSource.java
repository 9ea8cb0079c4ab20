package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import java.io.IOException;

/** A source of which only the frames that match a libpcap expression come through. */
public final class FilteredSource implements CaptureSource {
  private final CaptureSource source;
  private final BpfFilter filter;
  private FrameHandler target = frame -> {};

  /** Compiles the expression; the source then belongs to this one. */
  public FilteredSource(CaptureSource source, String expression) throws LibPcapException {
    this.source = source;
    filter = BpfFilter.compile(expression, LinkType.ETHERNET, this::pass);
  }

  private void pass(Frame frame) {
    target.onFrame(frame);
  }

  @Override
  public int poll(FrameHandler handler, int frameLimit) throws IOException {
    target = handler;
    return source.poll(filter, frameLimit);
  }

  @Override
  public boolean isExhausted() {
    return source.isExhausted();
  }

  @Override
  public void close() throws IOException {
    filter.close();
    source.close();
  }
}
