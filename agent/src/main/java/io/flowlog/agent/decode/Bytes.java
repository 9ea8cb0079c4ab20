package io.flowlog.agent.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers in network byte order at any offset of a buffer. */
final class Bytes {
  private static final VarHandle SHORT =
      MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  static int u8(ByteBuffer buffer, int offset) {
    return buffer.get(offset) & 0xff;
  }

  static int u16(ByteBuffer buffer, int offset) {
    return (short) SHORT.get(buffer, offset) & 0xffff;
  }

  static int u32(ByteBuffer buffer, int offset) {
    return (int) INT.get(buffer, offset);
  }

  static long u64(ByteBuffer buffer, int offset) {
    return (long) LONG.get(buffer, offset);
  }
}
