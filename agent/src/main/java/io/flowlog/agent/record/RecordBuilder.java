package io.flowlog.agent.record;

import io.flowlog.agent.flow.ConnectionView;
import io.flowlog.agent.flow.CutHandler;
import io.flowlog.agent.flow.Icmp;
import io.flowlog.agent.flow.OverflowView;
import io.flowlog.agent.flow.SideCounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Makes rows of what the connection table hands over at a cut, one per direction of a connection,
 * and passes them on in batches.
 *
 * <p>Owned by one capture worker. A sink's {@link IOException} comes out unchecked, through the
 * table's cut.
 */
public final class RecordBuilder implements CutHandler {
  private static final int TCP = 6;
  private static final int VENDOR_FLAGS = 1 | 2 | 4;
  private static final int ACK = 16;

  /** Beside the bits of an audience: the row is of dropped packets. */
  private static final int OF_DROPPED = 1 << 8;

  private final RecordSink sink;
  private final RecordBatch batch;
  private final RowMerger merger;

  /** What was lost in the running slice, as rows. */
  private RowMerger losses;

  /** The same of the slice whose rows come. */
  private RowMerger cutLosses;

  /** Packets of each port in that slice that were lost on the way here, but dropped anyway. */
  private long[] droppedUnseen = new long[0];

  private final long hashSeed;
  private final FlowRecord row = new FlowRecord();
  private final byte[] mergeRow = new byte[FlowRecord.BYTES_MAX];

  /** What holds for the slice whose rows come, and what for those that are cut later. */
  private boolean splitsIcmp;

  private boolean keepsStates;
  private boolean translates;
  private boolean nextSplitsIcmp;
  private boolean nextKeepsStates;
  private boolean nextTranslates;
  private AddressTranslation translation = AddressTranslation.NONE;
  private long startNs;
  private long endNs;
  private long rows;

  /** Packets in the rows of the slice. */
  private long packets;

  /**
   * Makes a builder.
   *
   * @param splitIcmp whether ICMP conversations have a row per type and code
   * @param hashSeed the secret under which rows to merge are found
   */
  public RecordBuilder(RecordSink sink, RecordBatch batch, boolean splitIcmp, long hashSeed) {
    this.sink = sink;
    this.batch = batch;
    nextSplitsIcmp = splitIcmp;
    this.hashSeed = hashSeed;
    merger = new RowMerger(hashSeed);
    losses = new RowMerger(hashSeed);
    cutLosses = new RowMerger(hashSeed);
  }

  /** Has rows split by ICMP type and code or not, in slices whose cut begins later. */
  public void splitIcmp(boolean splits) {
    nextSplitsIcmp = splits;
  }

  /** Asks somebody what packets carry behind an address translation; before the first slice. */
  public void askForTranslations(AddressTranslation translation) {
    this.translation = translation;
  }

  /** Has rows say what packets carry behind a translation or not, in slices that begin later. */
  public void translate(boolean translates) {
    nextTranslates = translates;
  }

  /**
   * Has rows without packets made or not, in slices whose cut begins later: they say where a
   * connection stands of which only the other side went on, and are needed where slices are merged.
   */
  public void keepStates(boolean keeps) {
    nextKeepsStates = keeps;
  }

  /**
   * Notes packets of a port that were lost in the slice that runs now; they stand in its rows also
   * while the slice before is still being cut.
   *
   * @param lostPackets how many, or {@link FlowRecord#UNKNOWN}
   */
  public void lost(int portIndex, long lostPackets) {
    row.at(mergeRow, 0)
        .withoutTraffic(portIndex, FlowRecord.SKIPDATA, FlowRecord.OF_WHOLE_INTERVAL, lostPackets);
    losses.add(row.times(Long.MAX_VALUE, 0));
  }

  /**
   * Notes that nobody knows what passed at a port between two times, in the rows of {@link #lost}.
   */
  public void gap(int portIndex, long fromNs, long toNs) {
    row.at(mergeRow, 0).withoutTraffic(portIndex, FlowRecord.SKIPDATA, 0, FlowRecord.UNKNOWN);
    losses.add(row.times(fromNs, toNs));
  }

  /** Forgets what was lost of a port in the slice that runs now, which the port is not part of. */
  public void forgetLosses(int portIndex) {
    RowMerger others = new RowMerger(hashSeed);
    losses.drain(
        (data, offset, length) -> {
          if (row.at(data, offset).portIndex() != portIndex) {
            others.add(row);
          }
        });
    losses = others;
  }

  /** Returns how many rows were passed on so far. */
  public long rows() {
    return rows;
  }

  @Override
  public void onCutStart(long startNs, long endNs) {
    this.startNs = startNs;
    this.endNs = endNs;
    splitsIcmp = nextSplitsIcmp;
    keepsStates = nextKeepsStates;
    translates = nextTranslates;
    packets = 0;
    translation.startSlice(startNs, endNs);
    try {
      sink.onSliceStart(startNs, endNs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RowMerger drained = cutLosses;
    cutLosses = losses;
    losses = drained;
    Arrays.fill(droppedUnseen, 0);
  }

  @Override
  public void onDroppedUnseen(int portIndex, long packets) {
    if (portIndex >= droppedUnseen.length) {
      droppedUnseen = Arrays.copyOf(droppedUnseen, Math.max(portIndex + 1, 2 * portIndex));
    }
    droppedUnseen[portIndex] += packets;
  }

  /**
   * What is in rows of dropped packets is not lost, though the capture has lost it. If there is
   * more of it than the capture has lost, some is of another slice, and how much was lost is not
   * known.
   */
  private void appendLoss(byte[] data, int offset, int length) {
    row.at(data, offset);
    if ((row.known() & FlowRecord.OF_WHOLE_INTERVAL) != 0) {
      row.times(startNs, endNs);
      explainUnseen(row);
    }
    appendCopy(data, offset, length);
  }

  private void explainUnseen(FlowRecord loss) {
    if (loss.portIndex() >= droppedUnseen.length) {
      return;
    }
    long unseen = droppedUnseen[loss.portIndex()];
    droppedUnseen[loss.portIndex()] = 0;
    long lost = loss.lostPackets();
    if (lost != FlowRecord.UNKNOWN) {
      loss.lostPackets(lost < unseen ? FlowRecord.UNKNOWN : lost - unseen);
    }
  }

  /** Drops that were told in another slice than their packets leave neither of them exact. */
  private void appendUnexplained() {
    for (int portIndex = 0; portIndex < droppedUnseen.length; portIndex++) {
      if (droppedUnseen[portIndex] > 0) {
        makeRoom();
        row.at(batch.data(), batch.usedBytes())
            .withoutTraffic(
                portIndex, FlowRecord.SKIPDATA, FlowRecord.OF_WHOLE_INTERVAL, FlowRecord.UNKNOWN)
            .times(startNs, endNs);
        batch.append(row.rowBytes());
        rows++;
      }
    }
  }

  @Override
  public void onConnection(ConnectionView connection) {
    addSide(connection, 0);
    addSide(connection, 1);
  }

  private void addSide(ConnectionView connection, int side) {
    SideCounts accepted = connection.accepted(side);
    if (!connection.collectsSetup()) {
      add(connection, side, accepted, FlowRecord.FOR_EVERYBODY);
    } else {
      SideCounts setup = connection.setup(side);
      // Rows to merge may be of other connections, whose set-up is not all there is.
      if (setup.isSame(accepted) && !isMerged(connection)) {
        add(connection, side, accepted, FlowRecord.FOR_EVERYBODY);
      } else {
        add(connection, side, accepted, FlowRecord.FOR_ALL_TRAFFIC);
        add(connection, side, setup, FlowRecord.FOR_SETUP_ONLY);
      }
    }
    if (connection.droppedEver(side)) {
      add(connection, side, connection.dropped(side), FlowRecord.FOR_EVERYBODY | OF_DROPPED);
    }
  }

  /** The row of a 5-tuple knows neither VLANs nor, if nobody asked, ICMP types; the table does. */
  private boolean isMerged(ConnectionView connection) {
    return connection.mayHaveTwin() || (!splitsIcmp && Icmp.is(connection.protocol()));
  }

  /** Adds the row of some packets of a side, or one that says where the connection stands. */
  private void add(ConnectionView connection, int side, SideCounts counts, int kind) {
    if (counts.packets() == 0 && !isStateOfUse(connection)) {
      return;
    }
    if ((kind & FlowRecord.FOR_ALL_TRAFFIC) != 0) {
      packets += counts.packets();
    }
    if (isMerged(connection)) {
      merge(connection, side, counts, kind);
    } else {
      makeRoom();
      write(row.at(batch.data(), batch.usedBytes()), connection, side, counts, kind);
      batch.append(row.rowBytes());
      rows++;
    }
  }

  private void merge(ConnectionView connection, int side, SideCounts counts, int kind) {
    if (merger.isFull()) {
      drainMerged();
    }
    merger.add(write(row.at(mergeRow, 0), connection, side, counts, kind));
    long latestNs = connection.latestNs();
    if (connection.mayHaveTwin() && isStateOfUse(connection) && row.lastNs() < latestNs) {
      // The other side went on: this connection may be later than its twin all the same.
      merger.add(row.tcp(0, 0, row.tcpState(), row.endReason()).counts(0, 0).times(0, latestNs));
    }
  }

  private boolean isStateOfUse(ConnectionView connection) {
    boolean icmp = Icmp.is(connection.protocol());
    return (keepsStates || connection.mayHaveTwin())
        && (!icmp || (splitsIcmp && connection.icmpKnown()));
  }

  private void makeRoom() {
    if (!batch.hasRoom()) {
      flush();
    }
  }

  private void flush() {
    try {
      if (batch.rows() > 0) {
        sink.onBatch(batch);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      batch.clear();
    }
  }

  private FlowRecord write(
      FlowRecord target, ConnectionView connection, int side, SideCounts counts, int kind) {
    boolean ipv6 = connection.isIpv6();
    boolean silent = counts.packets() == 0;
    int verdict = (kind & OF_DROPPED) == 0 ? FlowRecord.ACCEPT : FlowRecord.DROP;
    target
        .kind(ipv6 ? 6 : 4, connection.direction(side), verdict, FlowRecord.OK)
        .portIndex(connection.portIndex())
        .times(
            silent ? connection.latestNs() : counts.firstNs(),
            silent ? connection.latestNs() : counts.lastNs())
        .counts(counts.packets(), counts.bytes())
        .dropPoint(counts.dropPoint())
        .audience(kind & FlowRecord.FOR_EVERYBODY)
        .expiresNs(connection.expiresNs());
    if (Icmp.is(connection.protocol())) {
      writeIcmp(target, connection);
    } else {
      writePorts(target, connection, side);
    }
    writeState(target, connection, silent ? 0 : counts.tcpFlags(), counts.synAckSeen() && !silent);
    if (ipv6) {
      target
          .source6(connection.address6High(side), connection.address6Low(side))
          .destination6(connection.address6High(1 - side), connection.address6Low(1 - side));
    } else {
      target.addresses4(connection.address4(side), connection.address4(1 - side));
    }
    if (translates && isTranslatedAsWhole(connection)) {
      translation.translate(target);
    }
    return target;
  }

  /** An error of ICMP is translated by what it carries, of which nothing is known. */
  private static boolean isTranslatedAsWhole(ConnectionView connection) {
    int protocol = connection.protocol();
    return !Icmp.is(protocol)
        || (connection.icmpKnown() && Icmp.isEcho(protocol, connection.icmpType()));
  }

  private void writeIcmp(FlowRecord target, ConnectionView connection) {
    int known = FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN;
    target.ports(0, 0).icmp(connection.icmpType(), connection.icmpCode());
    if (connection.icmpKnown()) {
      known |= (splitsIcmp ? FlowRecord.ICMP_KNOWN : 0) | FlowRecord.INITIATOR_KNOWN;
      known |=
          Icmp.isAnswer(connection.protocol(), connection.icmpType()) ? 0 : FlowRecord.INITIATOR;
    }
    target.protocol(connection.protocol(), known);
  }

  private static void writePorts(FlowRecord target, ConnectionView connection, int side) {
    int known = FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN;
    if (connection.initiatorKnown()) {
      known |= FlowRecord.INITIATOR_KNOWN;
      known |= connection.isInitiator(side) ? FlowRecord.INITIATOR : 0;
    }
    int local = connection.localPort();
    int remote = connection.remotePort();
    target
        .protocol(connection.protocol(), known)
        .ports(side == 0 ? local : remote, side == 0 ? remote : local)
        .icmp(0, 0);
  }

  private static void writeState(
      FlowRecord target, ConnectionView connection, int flags, boolean synAckSeen) {
    int vendorFlags = (flags & VENDOR_FLAGS) | (synAckSeen ? ACK : 0);
    boolean tcp = connection.protocol() == TCP;
    target
        .tcp(vendorFlags, flags, tcp ? connection.tcpState() : 0, connection.endReason())
        .setupUs(tcp ? connection.setupUs() : FlowRecord.UNKNOWN);
  }

  @Override
  public void onOverflow(OverflowView overflow) {
    makeRoom();
    packets += overflow.packets();
    int known = overflow.destinationPort() < 0 ? 0 : FlowRecord.DESTINATION_PORT_KNOWN;
    int verdict = overflow.dropPoint() == 0 ? FlowRecord.ACCEPT : FlowRecord.DROP;
    row.at(batch.data(), batch.usedBytes())
        .withoutTraffic(overflow.portIndex(), FlowRecord.SKIPDATA, known, FlowRecord.UNKNOWN)
        .kind(0, overflow.direction(), verdict, FlowRecord.SKIPDATA)
        .protocol(overflow.protocol(), known)
        .ports(0, Math.max(0, overflow.destinationPort()))
        .times(overflow.firstNs(), overflow.lastNs())
        .counts(overflow.packets(), overflow.bytes())
        .dropPoint(overflow.dropPoint());
    batch.append(row.rowBytes());
    rows++;
  }

  @Override
  public void onCutComplete() {
    drainMerged();
    cutLosses.drain(this::appendLoss);
    appendUnexplained();
    flush();
    translation.endSlice(endNs);
    try {
      sink.onSliceComplete(packets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drainMerged() {
    merger.drain(this::appendMerged);
  }

  private void appendMerged(byte[] data, int offset, int length) {
    if (keepsStates || row.at(data, offset).packets() != 0) {
      appendCopy(data, offset, length);
    }
  }

  private void appendCopy(byte[] data, int offset, int length) {
    makeRoom();
    System.arraycopy(data, offset, batch.data(), batch.usedBytes(), length);
    batch.append(length);
    rows++;
  }
}
