package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.LinkType;
import org.jspecify.annotations.Nullable;

/**
 * An interface that a section of a pcapng file declares.
 *
 * @param linkType null if we cannot read that framing
 * @param snaplen the longest captured length, unsigned; 0 means no limit
 * @param portIndex its logging port, or {@link io.flowlog.agent.capture.Frame#NO_PORT}
 */
record BlockInterface(
    int linkTypeNumber,
    @Nullable LinkType linkType,
    int snaplen,
    TickScale tickScale,
    int portIndex) {}
