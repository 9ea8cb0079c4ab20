package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Hands orders from the control thread to a capture thread, one at a time, and back what came of
 * them: what could not be done, and sources that nobody reads any more.
 */
final class OrderSlot {
  private final Queue<LiveSource> retired = new ConcurrentLinkedQueue<>();
  private volatile @Nullable CaptureOrder order;
  private volatile List<String> refusals = List.of();

  /** Tells whether the last order is done. Of the control thread. */
  boolean isFree() {
    return order == null;
  }

  /** Gives an order, once the last one is done. Of the control thread. */
  void put(CaptureOrder next) {
    if (!isFree()) {
      throw new IllegalStateException("an order is waiting");
    }
    order = next;
  }

  /** Returns what could not be done of the last orders, in words. */
  List<String> refusals() {
    return refusals;
  }

  /** Returns a source that may be closed now, or null. Of the control thread. */
  @Nullable LiveSource pollRetired() {
    return retired.poll();
  }

  /** Returns the order that waits, or null. Of the capture thread. */
  @Nullable CaptureOrder waiting() {
    return order;
  }

  /** Gives a source up. Of the capture thread. */
  void retire(LiveSource source) {
    retired.add(source);
  }

  /** Says what could not be done, in words. Of the capture thread. */
  void refuse(List<String> what) {
    refusals = List.copyOf(what);
  }

  /** Tells that the order is done. Of the capture thread. */
  void done() {
    order = null;
  }
}
