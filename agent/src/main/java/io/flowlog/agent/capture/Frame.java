package io.flowlog.agent.capture;

import java.nio.ByteBuffer;

/**
 * One frame as it was captured: a window into its source's buffer, reused for every frame.
 *
 * <p>Owned by the source that fills it and valid only during {@link FrameHandler#onFrame}. The
 * fields are open because a frame is a parameter list with a name: it is written and read once for
 * each packet.
 */
public final class Frame {
  /** {@link #portIndex} of a frame whose logging port its source does not know. */
  public static final int NO_PORT = -1;

  /** {@link #strippedVlan} of a frame that has its tags, if any, in its bytes. */
  public static final int NO_VLAN = -1;

  public ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  /** Where the frame starts in {@link #buffer}; the buffer's own position is not used. */
  public int offset;

  public int capturedBytes;

  /** Length on the wire, of which {@link #capturedBytes} may be only the beginning. */
  public long wireBytes;

  /** Nanoseconds since 1970-01-01 UTC. */
  public long timestampNs;

  /** The VLAN of a tag that was taken out of the frame before it was captured. */
  public int strippedVlan = NO_VLAN;

  /**
   * The payload of each packet into which a TCP or UDP super-packet is cut on the wire, 0 for any
   * other frame. A guest's word: it can be absurd.
   */
  public int segmentBytes;

  public LinkType linkType = LinkType.ETHERNET;
  public int portIndex = NO_PORT;
  public Direction direction = Direction.UNKNOWN;
}
