package io.flowlog.agent.spool;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.Icmp;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.MergeView;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Slices of one interval, with rows of few values so that many are the same, and what they come to
 * together. Owned by one test.
 */
final class RandomSlices {
  private static final int PORTS = 4;
  private static final int ROWS = 150;
  private static final long SLICE_NS = 1000;
  private static final int[] PROTOCOLS = {1, 6, 6, 17, 58};

  private final Random random;
  private final List<Seen> all = new ArrayList<>();
  private long startNs;

  /** A row as it was written, and what its numbers meant there. */
  private record Seen(RecordBatch single, RecordDictionary dictionary, long sliceNs) {
    FlowRecord row() {
      return new FlowRecord().at(single.data().clone(), 0);
    }
  }

  RandomSlices(Random random) {
    this.random = random;
  }

  /** Returns the interval of all slices so far; connections may time out before its end. */
  Interval interval() {
    return new Interval(0, startNs + SLICE_NS);
  }

  /** Writes the next slice. */
  JournalFile write(Spool spool) throws IOException {
    RecordDictionary dictionary = dictionary();
    RowJournal journal = spool.beginSlice(startNs, startNs + SLICE_NS);
    journal.declare(new SlicePlan(SLICE_NS, random.nextBoolean(), List.of()));
    List<Integer> numbers = new ArrayList<>();
    for (int number = 0; number < dictionary.size(); number++) {
      if (dictionary.find(number) != null) {
        journal.definePort(number, dictionary);
        numbers.add(number);
      }
    }
    journal.defineDropPoints(dictionary);
    RecordBatch batch = new RecordBatch((ROWS + 1) * FlowRecord.BYTES_MAX);
    for (int i = 0; i < ROWS; i++) {
      FlowRecord row = new FlowRecord().at(batch.data(), batch.usedBytes());
      switch (random.nextInt(10)) {
        case 0 -> writeLoss(row);
        case 1 -> writeFolded(row, startNs + 1 + i);
        case 2 -> writeState(row);
        default -> writeFlow(row, startNs + 1 + i);
      }
      row.portIndex(numbers.get(random.nextInt(PORTS)));
      remember(batch, row, dictionary);
    }
    journal.append(batch);
    startNs += SLICE_NS;
    return journal.complete(0);
  }

  private void remember(RecordBatch batch, FlowRecord row, RecordDictionary dictionary) {
    RecordBatch copy = new RecordBatch(FlowRecord.BYTES_MAX);
    System.arraycopy(batch.data(), batch.usedBytes(), copy.data(), 0, row.rowBytes());
    all.add(new Seen(copy, dictionary, startNs));
    batch.append(row.rowBytes());
  }

  /** The same ports and drop points under other numbers each time; owners and devices change. */
  private RecordDictionary dictionary() {
    RecordDictionary dictionary = new RecordDictionary();
    int number = 0;
    for (int port : shuffled(PORTS)) {
      number += 1 + random.nextInt(3);
      String owner = port == 0 ? "owner " + random.nextInt(2) : "owner";
      dictionary.define(
          number,
          new LoggingPort(
              "tap" + random.nextInt(),
              "port " + port,
              null,
              List.of(),
              null,
              null,
              null,
              null,
              "instance",
              owner));
    }
    shuffled(3).forEach(point -> dictionary.numberOfDropPoint("POINT_" + point));
    return dictionary;
  }

  private List<Integer> shuffled(int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(i);
    }
    Collections.shuffle(numbers, random);
    return numbers;
  }

  /** Writes a loss; what its times say does not matter. */
  private void writeLoss(FlowRecord row) {
    row.kind(0, 0, FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
        .protocol(0, FlowRecord.OF_WHOLE_INTERVAL)
        .setupUs(FlowRecord.UNKNOWN)
        .times(random.nextInt(9000), random.nextInt(9000))
        .audience(1 + random.nextInt(3))
        .expiresNs(FlowRecord.NEVER)
        .lostPackets(random.nextInt(20) == 0 ? FlowRecord.UNKNOWN : random.nextInt(100));
  }

  /** Writes what many flows together were folded into. */
  private void writeFolded(FlowRecord row, long lastNs) {
    row.kind(0, random.nextInt(3), random.nextInt(2), FlowRecord.SKIPDATA)
        .protocol(PROTOCOLS[random.nextInt(PROTOCOLS.length)], FlowRecord.DESTINATION_PORT_KNOWN)
        .ports(0, random.nextInt(2))
        .setupUs(FlowRecord.UNKNOWN)
        .times(startNs, lastNs)
        .counts(1 + random.nextInt(9), random.nextInt(9000))
        .audience(1 + random.nextInt(3))
        .expiresNs(FlowRecord.NEVER)
        .lostPackets(FlowRecord.UNKNOWN);
  }

  /** Writes where a connection stands of which this slice saw no packet in this direction. */
  private void writeState(FlowRecord row) {
    do {
      writeFlow(row, startNs + 1);
    } while (Icmp.is(row.protocol()));
    long agoNs = random.nextInt(5000);
    row.counts(0, 0).times(startNs - agoNs, startNs - agoNs);
    row.tcp(0, 0, row.tcpState(), row.endReason()).dropPoint(0);
  }

  /** Writes a row of a flow whose last packet is of a time that no other row has. */
  private void writeFlow(FlowRecord row, long lastNs) {
    int ipVersion = random.nextBoolean() ? 6 : 4;
    int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    boolean icmp = Icmp.is(protocol);
    int known = random.nextInt(4) * FlowRecord.INITIATOR_KNOWN;
    known |= icmp && random.nextInt(4) > 0 ? FlowRecord.ICMP_KNOWN : 0;
    row.kind(ipVersion, random.nextInt(3), random.nextInt(8) / 7, FlowRecord.OK)
        .protocol(protocol, known)
        .ports(icmp ? 0 : random.nextInt(2), icmp ? 0 : random.nextInt(2))
        .icmp(icmp ? random.nextInt(2) : 0, icmp ? random.nextInt(2) : 0)
        .setupUs(random.nextInt(100) - 1)
        .times(startNs + random.nextInt((int) (lastNs - startNs)), lastNs)
        .counts(1 + random.nextInt(9), random.nextInt(9000))
        .dropPoint(row.verdict() == FlowRecord.DROP ? 1 + random.nextInt(3) : 0)
        .audience(1 + random.nextInt(3))
        .expiresNs(random.nextInt(4) == 0 ? FlowRecord.NEVER : random.nextInt(6000));
    row.tcp(
        1 << random.nextInt(5),
        1 << random.nextInt(8),
        protocol == 6 ? random.nextInt(TcpState.values().length) : 0,
        random.nextInt(EndReason.values().length));
    if (ipVersion == 6) {
      row.source6(random.nextInt(2), random.nextInt(2)).destination6(0, random.nextInt(2));
    } else {
      row.addresses4(random.nextInt(2), random.nextInt(2));
    }
    translate(row);
  }

  private void translate(FlowRecord row) {
    int kind = random.nextInt(4);
    if (kind == 1) {
      row.untranslated();
    } else if (kind > 1) {
      row.translatedPorts(random.nextInt(2), 7);
      if (row.ipVersion() == 6) {
        row.translatedSource6(random.nextInt(2), 8).translatedDestination6(9, 10);
      } else {
        row.translated4(11, random.nextInt(2));
      }
    }
  }

  /** Adds up all rows that a view shows, the naive way. */
  Map<String, String> mergedRows(MergeView view) {
    Map<String, Sum> sums = new TreeMap<>();
    for (Seen seen : all) {
      FlowRecord row = seen.row();
      if ((row.audience() & view.audience()) != 0) {
        if (!view.splitIcmp()) {
          row.protocol(row.protocol(), row.known() & ~FlowRecord.ICMP_KNOWN);
        }
        if (!view.showTranslations()) {
          row.forgetTranslation();
        }
        String key = keyOf(row, seen.dictionary());
        sums.computeIfAbsent(key, k -> new Sum()).add(row, seen.dictionary(), seen.sliceNs());
      }
    }
    Map<String, String> rows = new TreeMap<>();
    sums.values().removeIf(Sum::isOnlyState);
    sums.forEach((key, sum) -> rows.put(key, sum.at(view.interval().endNs())));
    return rows;
  }

  /** Tells whether a row only says what became of a connection: it is not shown to anybody. */
  static boolean isOnlyState(FlowRecord row) {
    return row.packets() == 0 && row.status() == FlowRecord.OK;
  }

  /** Returns all that makes a row another row. */
  static String keyOf(FlowRecord row, RecordDictionary dictionary) {
    LoggingPort port = dictionary.get(row.portIndex());
    boolean icmp = (row.known() & FlowRecord.ICMP_KNOWN) != 0;
    return String.join(
        " ",
        port.portId() + "/" + port.ownerId(),
        "v" + row.ipVersion() + "/" + row.protocol(),
        "way " + row.direction() + "/" + row.verdict() + "/" + row.status(),
        row.sourcePort() + ">" + row.destinationPort(),
        icmp ? "icmp " + row.icmpType() + "/" + row.icmpCode() : "",
        row.ipVersion() == 0 ? (isLoss(row) ? "loss" : "folded") : addresses(row),
        translation(row));
  }

  private static boolean isLoss(FlowRecord row) {
    return row.ipVersion() == 0 && row.packets() == 0;
  }

  private static String translation(FlowRecord row) {
    if ((row.known() & FlowRecord.TRANSLATION_KNOWN) == 0) {
      return "";
    }
    String ports = "to " + row.translatedSourcePort() + ">" + row.translatedDestinationPort() + " ";
    return row.ipVersion() == 6
        ? ports
            + (row.translatedSource6High() + ":" + row.translatedSource6Low() + ">")
            + (row.translatedDestination6High() + ":" + row.translatedDestination6Low())
        : ports + row.translatedSource4() + ">" + row.translatedDestination4();
  }

  private static String addresses(FlowRecord row) {
    boolean ipv6 = row.ipVersion() == 6;
    return String.join(
        ">",
        ipv6 ? row.source6High() + ":" + row.source6Low() : "" + row.source4(),
        ipv6 ? row.destination6High() + ":" + row.destination6Low() : "" + row.destination4());
  }

  /** Returns all else that a row shows. */
  static String valueOf(FlowRecord row, RecordDictionary dictionary) {
    Sum sum = new Sum();
    sum.add(row, dictionary, row.firstNs());
    return sum.at(Long.MIN_VALUE);
  }

  private static final class Sum {
    private long packets;
    private long bytes;
    private long firstNs = Long.MAX_VALUE;
    private long lastNs = Long.MIN_VALUE;
    private int tcpFlag;
    private int tcpFlagsAll;
    private int known;
    private int tcpState;
    private int endReason;
    private int setupUs;
    private long expiresNs;
    private String dropPoint = "";
    private long lastToldNs = Long.MIN_VALUE;
    private long lost;
    private boolean isLoss;

    void add(FlowRecord row, RecordDictionary dictionary, long sliceNs) {
      if (isLoss(row)) {
        lost = lost < 0 || row.lostPackets() < 0 ? FlowRecord.UNKNOWN : lost + row.lostPackets();
        isLoss = true;
        return;
      }
      if (row.packets() > 0) {
        addCounts(row, dictionary);
      }
      // What a row tells is never older than its slice.
      long toldNs = Math.max(row.lastNs(), sliceNs);
      if (toldNs >= lastToldNs) {
        lastToldNs = toldNs;
        known = row.known();
        tcpState = row.tcpState();
        endReason = row.endReason();
        setupUs = row.setupUs();
        expiresNs = row.expiresNs();
      }
    }

    private void addCounts(FlowRecord row, RecordDictionary dictionary) {
      packets += row.packets();
      bytes += row.bytes();
      firstNs = Math.min(firstNs, row.firstNs());
      tcpFlag |= row.tcpFlag();
      tcpFlagsAll |= row.tcpFlagsAll();
      if (row.lastNs() > lastNs) {
        lastNs = row.lastNs();
        dropPoint = dictionary.dropPoint(row.dropPoint());
      }
    }

    boolean isOnlyState() {
      return packets == 0 && !isLoss;
    }

    String at(long endNs) {
      if (isLoss) {
        return "lost " + lost;
      }
      boolean silent = expiresNs < endNs;
      boolean closed = silent && tcpState == TcpState.TIME_WAIT.ordinal();
      boolean timedOut = silent && endReason == EndReason.NONE.ordinal();
      return String.join(
          " ",
          packets + " packets",
          bytes + " bytes",
          firstNs + "-" + lastNs,
          "flags " + tcpFlag + "/" + tcpFlagsAll,
          "known " + known,
          "state " + (closed ? TcpState.CLOSED.ordinal() : tcpState),
          "end " + (timedOut ? EndReason.TIMEOUT.ordinal() : endReason),
          "setup " + setupUs,
          "expires " + expiresNs,
          dropPoint);
    }
  }
}
