package io.flowlog.bridge;

import java.nio.ByteBuffer;

/**
 * Where the news of network interfaces wait, and the answers to requests for a list; owned by a
 * {@link LinkMonitor}. Nothing waits here, {@link #await} apart.
 */
interface LinkQueue extends AutoCloseable {
  /** {@link #receive} of an empty queue. */
  int NOTHING = -1;

  /** {@link #receive} after messages had no room in the queue. */
  int OVERRUN = -2;

  /** Opens queues. */
  interface Opener {
    /** Returns a queue that gets all news from now on. */
    LinkQueue open() throws NativeException;
  }

  /** Returns the number that answers carry which are for this queue. */
  int netlinkPort() throws NativeException;

  /** Asks for a list of all interfaces; its pieces and its end carry this number. */
  void requestList(int sequence) throws NativeException;

  /**
   * Receives one datagram.
   *
   * @return its size, which is beyond the buffer's when its end is lost; or {@link #NOTHING} or
   *     {@link #OVERRUN}
   */
  int receive(ByteBuffer buffer) throws NativeException;

  /** Waits for at most so long; returns whether there is something. A signal ends it too. */
  boolean await(int timeoutMs) throws NativeException;

  @Override
  void close();
}
