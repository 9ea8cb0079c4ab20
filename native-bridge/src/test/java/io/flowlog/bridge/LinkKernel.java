package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of how Linux tells of its interfaces, with everything that can go wrong; owned by one
 * test.
 *
 * <p>News are lost without a word from an overrun until the queue is empty. A list is written in
 * pieces when earlier ones are taken, counts places and so passes over interfaces when others go
 * meanwhile, which it notes; news can overtake a piece; and the memory for one can be missing.
 */
final class LinkKernel {
  private static final int QUEUE_LENGTH = 6;
  private static final int PIECE_LINKS = 3;

  private final Random random;
  private final Map<Integer, String> names = new TreeMap<>();
  private int nextIndex = 1;
  private int generation;
  private Queue current;
  private boolean quiet;
  private int silentLosses;

  LinkKernel(Random random) {
    this.random = random;
    current = new Queue();
    for (int i = random.nextInt(12); i > 0; i--) {
      change();
    }
  }

  Map<Integer, String> names() {
    return names;
  }

  int silentLosses() {
    return silentLosses;
  }

  /** Tells whether there is anything that a reader has not been told of. */
  boolean hasNews() {
    return current.failed || current.congested || !current.datagrams.isEmpty();
  }

  /** Nothing changes and nothing fails from now on. */
  void calmDown() {
    quiet = true;
  }

  LinkQueue open() {
    current = new Queue();
    return current;
  }

  private boolean chance(double probability) {
    return !quiet && random.nextDouble() < probability;
  }

  /** An interface comes, goes or gets another name. */
  void change() {
    generation++;
    List<Integer> indexes = new ArrayList<>(names.keySet());
    if (indexes.isEmpty() || random.nextInt(3) == 0) {
      tell(nextIndex++);
      return;
    }
    int index = indexes.get(random.nextInt(indexes.size()));
    if (random.nextBoolean()) {
      tell(index);
    } else {
      names.remove(index);
      current.add(new LinkBytes().link(Abi.RTM_DELLINK, Abi.AF_UNSPEC, index, 0).toBytes());
    }
  }

  private void tell(int index) {
    names.put(index, "tap" + random.nextInt(100));
    current.add(link(new LinkBytes(), index).toBytes());
  }

  private LinkBytes link(LinkBytes bytes, int index) {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, index, Abi.IFF_UP);
    return bytes.name(String.valueOf(names.get(index)));
  }

  /** What one socket has in the kernel; owned by the kernel. */
  private final class Queue implements LinkQueue {
    private final Deque<byte[]> datagrams = new ArrayDeque<>();
    private boolean congested;
    private boolean failed;
    private boolean listRuns;
    private boolean closed;
    private int sequence;
    private int place;
    private int generationSeen;

    private void add(byte[] news) {
      if (congested) {
        silentLosses++;
      } else if (datagrams.size() >= QUEUE_LENGTH) {
        congested = true;
        failed = true;
      } else {
        datagrams.add(news);
      }
    }

    private void writePiece() {
      if (chance(0.02)) {
        failed = true;
        return;
      }
      LinkBytes bytes = new LinkBytes();
      List<Integer> indexes = new ArrayList<>(names.keySet());
      int flags = generation == generationSeen ? 0 : Abi.NLM_F_DUMP_INTR;
      generationSeen = generation;
      int end = Math.min(place + PIECE_LINKS, indexes.size());
      for (; place < end; place++) {
        link(bytes, indexes.get(place)).answering(netlinkPort(), sequence).flags(flags);
      }
      if (place >= indexes.size()) {
        bytes.number(Abi.NLMSG_DONE, 0).answering(netlinkPort(), sequence).flags(flags);
        listRuns = false;
      }
      if (chance(0.2)) {
        change(); // overtakes the piece
      }
      datagrams.add(bytes.toBytes());
    }

    @Override
    public int netlinkPort() {
      return 4711;
    }

    @Override
    public void requestList(int number) {
      assertFalse(listRuns || closed);
      listRuns = true;
      sequence = number;
      place = 0;
      generationSeen = generation;
      writePiece();
    }

    @Override
    public int receive(ByteBuffer buffer) {
      assertFalse(closed);
      if (chance(0.2)) {
        change();
      }
      if (failed) {
        failed = false;
        return OVERRUN;
      }
      byte[] datagram = datagrams.poll();
      if (datagram != null && listRuns && datagrams.size() <= QUEUE_LENGTH / 2) {
        writePiece();
      }
      congested &= !datagrams.isEmpty();
      if (datagram == null) {
        return NOTHING;
      }
      buffer.put(0, datagram);
      return datagram.length;
    }

    @Override
    public boolean await(int timeoutMs) {
      return failed || !datagrams.isEmpty();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
