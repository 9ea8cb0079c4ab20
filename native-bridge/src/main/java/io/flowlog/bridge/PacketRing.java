package io.flowlog.bridge;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/**
 * The frames of one network device, in memory that the kernel fills, and a cursor over them; owned
 * by one thread.
 *
 * <p>{@link #next} makes no native call: blocks change hands by a word in the shared memory. A
 * frame's bytes stay where they are until the next call of it.
 */
public final class PacketRing implements AutoCloseable {
  /** {@link #strippedVlan()} of a frame that came without a tag. */
  public static final int NO_VLAN = -1;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle SHORT =
      MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder());
  private static final boolean IS_LITTLE_ENDIAN =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  private static final int VLAN_MASK = 0xfff;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final PacketSocket socket;
  private final RingShape shape;
  private final Pointer memory;
  private final ByteBuffer statistics =
      ByteBuffer.allocateDirect(Abi.STATISTICS_BYTES).order(ByteOrder.nativeOrder());
  private ByteBuffer ring;
  private boolean closed;

  private int block;
  private boolean blockHeld;
  private int framesLeft;
  private int frame;
  private int nextFrame;

  /** Neighbours in the frame's header, as each access costs more than what is done with it. */
  private long nextAndSeconds;

  private long lengthAndStatus;
  private long acceptedFrames;

  /** Others read it, too; who asks for statistics writes it. */
  private volatile long lostFrames;

  private PacketRing(PacketSocket socket, RingShape shape, Pointer memory) {
    this.socket = socket;
    this.shape = shape;
    this.memory = memory;
    ring = MemoryIO.getInstance().newDirectByteBuffer(memory.address(), shape.ringBytes());
  }

  /** Begins to capture at a device, which may be down yet; its name serves messages only. */
  public static PacketRing open(String device, int interfaceIndex, RingShape shape)
      throws NativeException {
    PacketSocket socket = new PacketSocket(device);
    try {
      PacketRing ring = new PacketRing(socket, shape, prepare(socket, shape));
      ring.bind(interfaceIndex);
      return ring;
    } catch (NativeException e) {
      socket.close();
      throw e;
    }
  }

  /** Everything that must be there before the first frame comes. */
  private static Pointer prepare(PacketSocket socket, RingShape shape) throws NativeException {
    socket.keepOnly(shape.snapBytes());
    int level = Abi.SOL_PACKET;
    socket.setOption(level, Abi.PACKET_VERSION, Abi.TPACKET_V3, "choose TPACKET_V3");
    socket.setOption(level, Abi.PACKET_VNET_HDR, 1, "ask for offload headers");
    // a packet gets one time for everybody who looks at it
    socket.setOption(Abi.SOL_SOCKET, Abi.SO_TIMESTAMPNS, 1, "ask for times at arrival");
    socket.makeRing(shape);
    return socket.map(shape.ringBytes());
  }

  private void bind(int interfaceIndex) throws NativeException {
    try {
      socket.bind(interfaceIndex);
    } catch (NativeException e) {
      close();
      throw e;
    }
  }

  /** Returns the memory of the ring; must not be read after {@link #close}. */
  public ByteBuffer buffer() {
    return ring;
  }

  /** Moves to the next frame, or returns false when the kernel has handed over no more. */
  public boolean next() {
    while (framesLeft > 0 || openBlock()) {
      frame = nextFrame;
      nextAndSeconds = (long) LONG.get(ring, frame + Abi.FRAME_NEXT_AT);
      lengthAndStatus = (long) LONG.get(ring, frame + Abi.FRAME_LENGTH_AT);
      nextFrame += first(nextAndSeconds);
      framesLeft--;
      if ((second(lengthAndStatus) & Abi.TP_STATUS_USER) != 0) {
        return true;
      }
      // The kernel could not write this frame's offload header after it had taken the place: what
      // lies there is old. It is among the lost.
    }
    return false;
  }

  private boolean openBlock() {
    releaseBlock();
    int at = block * shape.blockBytes();
    if (closed || ((int) INT.getAcquire(ring, at + Abi.BLOCK_STATUS_AT) & 1) == 0) {
      return false;
    }
    blockHeld = true;
    framesLeft = (int) INT.get(ring, at + Abi.BLOCK_FRAMES_AT);
    nextFrame = at + (int) INT.get(ring, at + Abi.BLOCK_FIRST_FRAME_AT);
    return framesLeft > 0 || openBlock();
  }

  /**
   * Tells whether frames are here that {@link #next} has not moved to, also when the kernel has not
   * handed over their block yet.
   */
  public boolean hasFrames() {
    // The kernel counts a block's frames where we can see it, from the block's beginning on.
    return framesLeft > 0
        || (!closed && (int) INT.getAcquire(ring, nextBlockAt() + Abi.BLOCK_FRAMES_AT) > 0);
  }

  /** Tells whether half of the ring, or more, waits to be read. */
  public boolean isHalfFull() {
    int at = (block + shape.blocks() / 2) % shape.blocks() * shape.blockBytes();
    return !closed && ((int) INT.getAcquire(ring, at + Abi.BLOCK_STATUS_AT) & 1) != 0;
  }

  private int nextBlockAt() {
    int next = blockHeld ? (block + 1) % shape.blocks() : block;
    return next * shape.blockBytes();
  }

  private void releaseBlock() {
    if (blockHeld) {
      int at = block * shape.blockBytes();
      INT.setRelease(ring, at + Abi.BLOCK_STATUS_AT, Abi.TP_STATUS_KERNEL);
      block = block + 1 == shape.blocks() ? 0 : block + 1;
      blockHeld = false;
    }
  }

  private static int first(long pair) {
    return (int) (IS_LITTLE_ENDIAN ? pair : pair >>> Integer.SIZE);
  }

  private static int second(long pair) {
    return (int) (IS_LITTLE_ENDIAN ? pair >>> Integer.SIZE : pair);
  }

  /** Returns where the frame's bytes start in the buffer. */
  public int frameOffset() {
    return frame + ((short) SHORT.get(ring, frame + Abi.FRAME_DATA_AT) & 0xffff);
  }

  /** Returns how many bytes of the frame are in the buffer. */
  public int capturedBytes() {
    return second(nanosecondsAndCaptured());
  }

  /** Returns how long the frame is, without a tag that was taken out of it. */
  public int wireBytes() {
    return first(lengthAndStatus);
  }

  /** Returns when the frame came, in nanoseconds since 1970-01-01 UTC. */
  public long timestampNs() {
    return (second(nextAndSeconds) & 0xffff_ffffL) * NANOS_PER_SECOND
        + first(nanosecondsAndCaptured());
  }

  private long nanosecondsAndCaptured() {
    return (long) LONG.get(ring, frame + Abi.FRAME_NANOSECONDS_AT);
  }

  /** Returns the VLAN of the tag that was taken out of the frame, or {@link #NO_VLAN}. */
  public int strippedVlan() {
    boolean tagged = (second(lengthAndStatus) & Abi.TP_STATUS_VLAN_VALID) != 0;
    return tagged ? (int) INT.get(ring, frame + Abi.FRAME_VLAN_AT) & VLAN_MASK : NO_VLAN;
  }

  /** Tells whether this host sends the frame out of the device; otherwise it came in there. */
  public boolean isOutgoing() {
    return ring.get(frame + Abi.FRAME_BYTES + Abi.ADDRESS_KIND_AT) == Abi.PACKET_OUTGOING;
  }

  /**
   * Returns the payload of each packet into which a TCP or UDP super-packet is cut, 0 for any other
   * frame. The number is what the virtual machine said: it can be absurd.
   */
  public int segmentBytes() {
    int header = frameOffset() - Abi.VIRTIO_BYTES;
    int type = ring.get(header + Abi.VIRTIO_GSO_TYPE_AT) & ~Abi.VIRTIO_NET_HDR_GSO_ECN & 0xff;
    return switch (type) {
      case Abi.VIRTIO_NET_HDR_GSO_TCPV4,
          Abi.VIRTIO_NET_HDR_GSO_TCPV6,
          Abi.VIRTIO_NET_HDR_GSO_UDP_L4 ->
          (short) SHORT.get(ring, header + Abi.VIRTIO_GSO_SIZE_AT) & 0xffff;
      default -> 0;
    };
  }

  /** Asks the kernel for its counts, which the getters below then return. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the owner writes
  public void readStatistics() throws NativeException {
    socket.readOption(
        Abi.SOL_PACKET, Abi.PACKET_STATISTICS, statistics, "read the ring's statistics");
    // reading sets the kernel's counts to 0; lost frames are among its frames
    long lost = statistics.getInt(Abi.STATISTICS_DROPS_AT) & 0xffff_ffffL;
    lostFrames += lost;
    acceptedFrames += (statistics.getInt(Abi.STATISTICS_FRAMES_AT) & 0xffff_ffffL) - lost;
  }

  /** Returns how many frames the kernel has put into the ring since it was opened. */
  public long acceptedFrames() {
    return acceptedFrames;
  }

  /**
   * Returns how many frames the ring had no room for, or could not hold, since it was opened; any
   * thread.
   */
  public long lostFrames() {
    return lostFrames;
  }

  /**
   * Takes the socket's pending error away, which otherwise ends every wait at once. It is {@link
   * Errno#ENETDOWN} when the device went down or away.
   *
   * @return whether there was one
   */
  public boolean takeError() throws NativeException {
    return socket.takeError() != 0;
  }

  /** Tells whether the device is gone for ever: one of the same name would be another. */
  public boolean isDeviceGone() throws NativeException {
    return socket.boundIndex() < 0;
  }

  int socketNumber() {
    return socket.number();
  }

  /** Stops the capture and gives the memory back. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      framesLeft = 0;
      blockHeld = false;
      ring = ByteBuffer.allocateDirect(0);
      socket.unmap(memory, shape.ringBytes());
      socket.close();
    }
  }
}
