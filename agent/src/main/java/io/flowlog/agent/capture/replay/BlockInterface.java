package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import org.jspecify.annotations.Nullable;

/**
 * An interface that a section of a pcapng file declares.
 *
 * @param linkType null if we cannot read that framing
 * @param snaplen the longest captured length, unsigned; 0 means no limit
 * @param portIndex its logging port, or {@link Frame#NO_PORT}
 */
record BlockInterface(
    int linkTypeNumber,
    @Nullable LinkType linkType,
    int snaplen,
    TickScale tickScale,
    int portIndex) {

  /** The options of an interface in the making; owned by the reader of its block. */
  static final class Options {
    int resolution = TickScale.DEFAULT_RESOLUTION;
    long offsetSeconds;
    int portIndex = Frame.NO_PORT;
  }
}
