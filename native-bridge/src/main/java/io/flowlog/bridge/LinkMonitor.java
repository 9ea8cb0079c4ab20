package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which network interfaces its network namespace has, that of the thread which opened it: all
 * of them at first, then what becomes of them; owned by one thread.
 *
 * <p>News that the kernel had no room for are made up for by a new list. So a handler that forgets
 * what a list did not name is right whenever {@link #isWhole}.
 */
public final class LinkMonitor implements AutoCloseable {
  /** Room for the news of a few thousand interfaces that change at once. */
  private static final int QUEUE_BYTES = 1 << 23;

  /** The kernel writes lists in pieces of half this size; news are shorter. */
  private static final int DATAGRAM_BYTES_MAX = 1 << 16;

  private static final int DATAGRAMS_PER_POLL = 1024;

  private final LinkQueue.Opener opener;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX).order(ByteOrder.nativeOrder());
  private final LinkMessages messages = new LinkMessages(buffer);

  /** The last news of each interface since the running list started; empty when it went. */
  private final Map<Integer, Optional<Link>> news = new HashMap<>();

  private LinkQueue queue;
  private int netlinkPort;
  private int sequence;
  private boolean listWanted = true;
  private boolean listRuns;
  private long overruns;

  private LinkMonitor(LinkQueue.Opener opener, LinkQueue queue) throws NativeException {
    this.opener = opener;
    this.queue = queue;
    netlinkPort = queue.netlinkPort();
  }

  /** Begins to listen; the first {@link #poll} asks for a list. */
  public static LinkMonitor open() throws NativeException {
    return open(QUEUE_BYTES);
  }

  /** Begins to listen with room for so many bytes of news. */
  public static LinkMonitor open(int queueBytes) throws NativeException {
    return open(() -> NetlinkSocket.open(queueBytes));
  }

  /** Begins to listen to a queue that can be opened again. */
  static LinkMonitor open(LinkQueue.Opener opener) throws NativeException {
    LinkQueue queue = opener.open();
    try {
      return new LinkMonitor(opener, queue);
    } catch (NativeException e) {
      queue.close();
      throw e;
    }
  }

  /** Waits for at most so long; returns whether {@link #poll} has something to do. */
  public boolean await(int timeoutMs) throws NativeException {
    return !isWhole() || queue.await(timeoutMs);
  }

  /**
   * Hands over what there is, without waiting.
   *
   * @return how often it said that an interface is there or gone
   */
  public int poll(LinkHandler handler) throws NativeException {
    int events = 0;
    for (int i = 0; i < DATAGRAMS_PER_POLL; i++) {
      int sizeBytes = queue.receive(buffer);
      if (sizeBytes == LinkQueue.NOTHING) {
        if (!startList(handler)) {
          break;
        }
      } else if (sizeBytes == LinkQueue.OVERRUN) {
        overrun();
      } else {
        events += handOver(sizeBytes, handler);
      }
    }
    return events;
  }

  /**
   * Asks for a list if one is wanted. Only when the queue is empty: after an overrun the kernel
   * drops all news without a word until then, also those of changes after a list was written.
   *
   * @return whether there is something to receive now
   */
  private boolean startList(LinkHandler handler) throws NativeException {
    if (listRuns) {
      // the next piece of a list is there when the last was taken, unless the kernel had no memory
      // for it; it does not try again by itself
      reopen();
      return false;
    }
    if (!listWanted) {
      return false;
    }
    queue.requestList(++sequence);
    listWanted = false;
    listRuns = true;
    news.clear();
    handler.listStarts();
    return true;
  }

  private void overrun() {
    overruns++;
    listWanted = true;
  }

  private void reopen() throws NativeException {
    overrun();
    listRuns = false;
    LinkQueue old = queue;
    queue = opener.open();
    old.close();
    netlinkPort = queue.netlinkPort();
  }

  private int handOver(int sizeBytes, LinkHandler handler) throws NativeException {
    int events = 0;
    messages.reset(Math.min(sizeBytes, buffer.capacity()));
    while (messages.next()) {
      boolean isAnswer = messages.isAnswerTo(netlinkPort, sequence);
      if (isAnswer && messages.isInterrupted()) {
        listWanted = true;
      }
      events += handOverMessage(isAnswer, handler);
    }
    if (messages.isBroken() || sizeBytes > buffer.capacity()) {
      overrun();
    }
    return events;
  }

  private int handOverMessage(boolean isAnswer, LinkHandler handler) throws NativeException {
    switch (messages.kind()) {
      case THERE -> {
        Link link = messages.link();
        compareWithNews(link, isAnswer);
        handler.there(link);
        return 1;
      }
      case GONE -> {
        keepNews(messages.index(), Optional.empty());
        handler.gone(messages.index());
        return 1;
      }
      case END_OF_LIST -> {
        if (isAnswer) {
          endList(handler);
        }
      }
      case REFUSAL -> {
        if (isAnswer) {
          failList();
        }
      }
      case OTHER -> {}
    }
    return 0;
  }

  /**
   * News can overtake a piece of a list that was written before. Who is right is not to be seen
   * then: another list will tell.
   */
  private void compareWithNews(Link link, boolean isAnswer) {
    Optional<Link> now = Optional.of(link);
    if (!isAnswer) {
      keepNews(link.index(), now);
    } else if (!news.getOrDefault(link.index(), now).equals(now)) {
      listWanted = true;
    }
  }

  private void keepNews(int index, Optional<Link> state) {
    if (listRuns) {
      news.put(index, state);
    }
  }

  private void endList(LinkHandler handler) throws NativeException {
    if (messages.error() != 0) {
      failList();
      return;
    }
    listRuns = false;
    if (!listWanted) {
      handler.listEnds();
    }
  }

  private void failList() throws NativeException {
    NativeException failure =
        new NativeException("network interfaces: list them", messages.error());
    switch (failure.errno()) {
      // the kernel goes on with the list nevertheless, or it does not: a new queue knows
      case ENOBUFS, ENOMEM, EAGAIN -> reopen();
      default -> {
        listRuns = false;
        listWanted = true;
        throw failure;
      }
    }
  }

  /** Tells whether everything has been handed over that the kernel told, and nothing is missing. */
  public boolean isWhole() {
    return !listWanted && !listRuns;
  }

  /** Returns how often something was lost, so that a new list was necessary. */
  public long overruns() {
    return overruns;
  }

  /** Stops to listen. */
  @Override
  public void close() {
    queue.close();
  }
}
