package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Waits until one of several rings has frames or an error; owned by one thread. */
public final class RingPoll {
  private ByteBuffer entries = ByteBuffer.allocateDirect(0);
  private int count;

  /** Waits for these rings from now on. */
  public void watch(List<PacketRing> rings) {
    count = rings.size();
    entries = ByteBuffer.allocateDirect(count * Abi.POLL_BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      int at = i * Abi.POLL_BYTES;
      entries.putInt(at + Abi.POLL_SOCKET_AT, rings.get(i).socketNumber());
      entries.putShort(at + Abi.POLL_WANTED_AT, (short) Abi.POLLIN);
    }
  }

  /** Waits for at most so long; returns how many rings have something. A signal ends it too. */
  public int await(int timeoutMs) throws NativeException {
    int ready = poll(count, timeoutMs);
    if (ready < 0) {
      for (int i = 0; i < count; i++) {
        entries.putShort(i * Abi.POLL_BYTES + Abi.POLL_GOT_AT, (short) 0);
      }
    }
    return Math.max(ready, 0);
  }

  /** Waits so long whatever the rings have. A signal ends it too. */
  public void rest(int restMs) throws NativeException {
    poll(0, restMs);
  }

  /** Returns -1 if a signal came. */
  private int poll(int rings, int timeoutMs) throws NativeException {
    int ready = LibC.get().poll(entries, rings, timeoutMs);
    if (ready < 0) {
      NativeException failure = NativeException.ofLastCall("wait for " + count + " packet rings");
      if (failure.errno() != Errno.EINTR) {
        throw failure;
      }
    }
    return ready;
  }

  /** Tells whether the last wait found an error at a ring: it must be taken before the next. */
  public boolean hasError(int ring) {
    return (entries.getShort(ring * Abi.POLL_BYTES + Abi.POLL_GOT_AT) & Abi.POLLERR) != 0;
  }
}
