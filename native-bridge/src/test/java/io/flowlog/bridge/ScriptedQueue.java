package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/** A queue in which a test lies down what is to be received; owned by that test. */
final class ScriptedQueue implements LinkQueue {
  static final int NETLINK_PORT = 4711;

  /** In the place of a datagram that had no room. */
  static final byte[] LOST = new byte[0];

  private final Deque<byte[]> datagrams = new ArrayDeque<>();
  private final Deque<IntFunction<List<byte[]>>> answers = new ArrayDeque<>();
  private boolean closed;

  /** Lies news down. */
  void add(byte[] datagram) {
    datagrams.add(datagram);
  }

  /** Says what answers the next request that has no answer yet, by the request's number. */
  void answer(IntFunction<List<byte[]>> datagrams) {
    answers.add(datagrams);
  }

  boolean isClosed() {
    return closed;
  }

  boolean isUsedUp() {
    return datagrams.isEmpty() && answers.isEmpty();
  }

  @Override
  public int netlinkPort() {
    return NETLINK_PORT;
  }

  @Override
  public void requestList(int sequence) {
    assertTrue(datagrams.isEmpty(), "a list while there is something to receive");
    datagrams.addAll(answers.remove().apply(sequence));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // it stands for itself, not for its bytes
  public int receive(ByteBuffer buffer) {
    assertFalse(closed);
    byte[] datagram = datagrams.poll();
    if (datagram == null) {
      return NOTHING;
    }
    if (datagram == LOST) {
      return OVERRUN;
    }
    buffer.put(0, datagram, 0, Math.min(datagram.length, buffer.capacity()));
    return datagram.length;
  }

  @Override
  public boolean await(int timeoutMs) {
    return !datagrams.isEmpty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
