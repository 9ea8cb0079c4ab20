package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * The operations on one packet socket, each with its error in words; owned by a {@link PacketRing}.
 */
final class PacketSocket implements AutoCloseable {
  private static final int CLOSED = -1;

  /** Only the count of frames depends on it: in this version frames are as long as they are. */
  private static final int FRAME_BYTES = 2048;

  /** What mmap returns when it fails. */
  private static final long MAP_FAILED = -1;

  private final LibC libC = LibC.get();
  private final String device;

  /** For calls that are made again and again. */
  private final ByteBuffer word = memory(Integer.BYTES);

  private final ByteBuffer size = memory(Integer.BYTES);
  private final ByteBuffer bound = memory(Abi.ADDRESS_BYTES);
  private int number;

  /** Opens a socket that gets no frames yet: it would get those of every device otherwise. */
  PacketSocket(String device) throws NativeException {
    this.device = device;
    number = libC.socket(Abi.AF_PACKET, Abi.SOCK_RAW | Abi.SOCK_CLOEXEC, 0);
    if (number < 0) {
      throw failure("open a packet socket");
    }
  }

  private NativeException failure(String what) {
    return NativeException.ofLastCall(device + ": " + what);
  }

  private static ByteBuffer memory(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  int number() {
    return number;
  }

  void setOption(int level, int name, int value, String what) throws NativeException {
    setOption(level, name, memory(Integer.BYTES).putInt(0, value), what);
  }

  private void setOption(int level, int name, ByteBuffer value, String what)
      throws NativeException {
    if (libC.setsockopt(number, level, name, value, value.capacity()) < 0) {
      throw failure(what);
    }
  }

  /** Lets frames through as far as this. */
  void keepOnly(int snapBytes) throws NativeException {
    Pointer code = Memory.allocateDirect(LibC.runtime(), Abi.INSTRUCTION_BYTES, true);
    code.putShort(Abi.INSTRUCTION_OPERATION_AT, (short) Abi.BPF_RETURN_CONSTANT);
    code.putInt(Abi.INSTRUCTION_OPERAND_AT, snapBytes);
    ByteBuffer program = memory(Abi.PROGRAM_BYTES);
    program.putShort(Abi.PROGRAM_LENGTH_AT, (short) 1);
    program.putLong(Abi.PROGRAM_CODE_AT, code.address());
    setOption(Abi.SOL_SOCKET, Abi.SO_ATTACH_FILTER, program, "attach a filter");
  }

  void makeRing(RingShape shape) throws NativeException {
    ByteBuffer request = memory(Abi.REQUEST_BYTES);
    request.putInt(Abi.REQUEST_BLOCK_SIZE_AT, shape.blockBytes());
    request.putInt(Abi.REQUEST_BLOCK_COUNT_AT, shape.blocks());
    request.putInt(Abi.REQUEST_FRAME_SIZE_AT, FRAME_BYTES);
    request.putInt(Abi.REQUEST_FRAME_COUNT_AT, shape.ringBytes() / FRAME_BYTES);
    request.putInt(Abi.REQUEST_TIMEOUT_AT, shape.blockTimeoutMs());
    String what = "make a ring of " + shape.ringBytes() + " bytes";
    setOption(Abi.SOL_PACKET, Abi.PACKET_RX_RING, request, what);
  }

  /** Maps the ring; the caller gives it back by {@link #unmap}. */
  Pointer map(int sizeBytes) throws NativeException {
    Pointer memory = libC.mmap(null, sizeBytes, Abi.PROT_READ_WRITE, Abi.MAP_SHARED, number, 0);
    if (memory.address() == MAP_FAILED) {
      throw failure("map a ring of " + sizeBytes + " bytes");
    }
    return memory;
  }

  void unmap(Pointer memory, int sizeBytes) {
    libC.munmap(memory, sizeBytes);
  }

  /** Frames of this device come from now on. */
  void bind(int interfaceIndex) throws NativeException {
    ByteBuffer address = memory(Abi.ADDRESS_BYTES);
    address.putShort(Abi.ADDRESS_FAMILY_AT, (short) Abi.AF_PACKET);
    address.order(ByteOrder.BIG_ENDIAN).putShort(Abi.ADDRESS_PROTOCOL_AT, (short) Abi.ETH_P_ALL);
    address.order(ByteOrder.nativeOrder()).putInt(Abi.ADDRESS_INDEX_AT, interfaceIndex);
    if (libC.bind(number, address, Abi.ADDRESS_BYTES) < 0) {
      throw failure("bind the packet socket");
    }
  }

  /** Returns the index of the device that the socket is bound to; negative when that is gone. */
  int boundIndex() throws NativeException {
    if (libC.getsockname(number, bound, size.putInt(0, Abi.ADDRESS_BYTES)) < 0) {
      throw failure("ask which device it is bound to");
    }
    return bound.getInt(Abi.ADDRESS_INDEX_AT);
  }

  /** Reads an option into a buffer, from its start. */
  void readOption(int level, int name, ByteBuffer value, String what) throws NativeException {
    if (libC.getsockopt(number, level, name, value, size.putInt(0, value.capacity())) < 0) {
      throw failure(what);
    }
  }

  /** Returns the number of the pending error, 0 for none, and forgets it. */
  int takeError() throws NativeException {
    readOption(Abi.SOL_SOCKET, Abi.SO_ERROR, word, "read the socket's error");
    return word.getInt(0);
  }

  @Override
  public void close() {
    if (number != CLOSED) {
      libC.close(number);
      number = CLOSED;
    }
  }
}
