package io.flowlog.agent.record;

import io.flowlog.agent.flow.ConnectionView;
import io.flowlog.agent.flow.CutHandler;
import io.flowlog.agent.flow.Icmp;
import io.flowlog.agent.flow.OverflowView;
import java.io.IOException;
import java.io.UncheckedIOException;

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

  private final RecordSink sink;
  private final RecordBatch batch;
  private final RowMerger merger;
  private boolean splitIcmp;
  private final FlowRecord row = new FlowRecord();
  private final byte[] mergeRow = new byte[FlowRecord.BYTES_MAX];
  private long rows;

  /** Packets in the rows of the interval. */
  private long packets;

  /**
   * Makes a builder.
   *
   * @param hashSeed the secret under which rows to merge are found
   */
  public RecordBuilder(RecordSink sink, RecordBatch batch, long hashSeed) {
    this.sink = sink;
    this.batch = batch;
    merger = new RowMerger(hashSeed);
  }

  /** Says whether ICMP conversations have a row per type and code. */
  public void splitIcmp(boolean split) {
    splitIcmp = split;
  }

  public void accumulates(boolean on) {}

  /** Returns how many rows were passed on so far. */
  public long rows() {
    return rows;
  }

  @Override
  public void onCutStart(long startNs, long endNs) {
    packets = 0;
    try {
      sink.onIntervalStart(startNs, endNs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void onConnection(ConnectionView connection) {
    if (isMerged(connection)) {
      merge(connection, 0);
      merge(connection, 1);
      return;
    }
    append(connection, 0);
    append(connection, 1);
  }

  /** The row of a 5-tuple knows neither VLANs nor, if nobody asked, ICMP types; the table does. */
  private boolean isMerged(ConnectionView connection) {
    return connection.mayHaveTwin() || (!splitIcmp && Icmp.is(connection.protocol()));
  }

  private void merge(ConnectionView connection, int side) {
    if (connection.packets(side) != 0) {
      write(row.at(mergeRow, 0), connection, side);
      if (merger.isFull()) {
        merger.drain(this::appendMerged);
      }
      merger.add(mergeRow);
    }
  }

  private void append(ConnectionView connection, int side) {
    if (connection.packets(side) != 0) {
      makeRoom();
      write(row.at(batch.data(), batch.usedBytes()), connection, side);
      batch.append(row.rowBytes());
      rows++;
    }
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

  private void write(FlowRecord target, ConnectionView connection, int side) {
    int protocol = connection.protocol();
    boolean ipv6 = connection.isIpv6();
    packets += connection.packets(side);
    target
        .kind(ipv6 ? 6 : 4, connection.direction(side), FlowRecord.ACCEPT, FlowRecord.OK)
        .portIndex(connection.portIndex())
        .times(connection.firstNs(side), connection.lastNs(side))
        .counts(connection.packets(side), connection.bytes(side))
        .dropPoint(0)
        .audience(FlowRecord.FOR_EVERYBODY)
        .expiresNs(connection.expiresNs());
    if (Icmp.is(protocol)) {
      writeIcmp(target, connection);
    } else {
      writePorts(target, connection, side);
    }
    writeState(target, connection, side);
    if (ipv6) {
      target
          .source6(connection.address6High(side), connection.address6Low(side))
          .destination6(connection.address6High(1 - side), connection.address6Low(1 - side));
    } else {
      target.addresses4(connection.address4(side), connection.address4(1 - side));
    }
  }

  private void writeIcmp(FlowRecord target, ConnectionView connection) {
    int known = FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN;
    target.ports(0, 0).icmp(connection.icmpType(), connection.icmpCode());
    if (connection.icmpKnown()) {
      known |= (splitIcmp ? FlowRecord.ICMP_KNOWN : 0) | FlowRecord.INITIATOR_KNOWN;
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

  private static void writeState(FlowRecord target, ConnectionView connection, int side) {
    int flags = connection.tcpFlags(side);
    int vendorFlags = (flags & VENDOR_FLAGS) | (connection.synAckSeen(side) ? ACK : 0);
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
    row.at(batch.data(), batch.usedBytes())
        .kind(0, overflow.direction(), FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
        .protocol(overflow.protocol(), known)
        .portIndex(overflow.portIndex())
        .ports(0, Math.max(0, overflow.destinationPort()))
        .icmp(0, 0)
        .tcp(0, 0, 0, 0)
        .setupUs(FlowRecord.UNKNOWN)
        .times(overflow.firstNs(), overflow.lastNs())
        .counts(overflow.packets(), overflow.bytes())
        .dropPoint(0)
        .audience(FlowRecord.FOR_EVERYBODY)
        .expiresNs(FlowRecord.NEVER)
        .lostPackets(FlowRecord.UNKNOWN);
    batch.append(row.rowBytes());
    rows++;
  }

  @Override
  public void onCutComplete() {
    merger.drain(this::appendMerged);
    flush();
    try {
      sink.onIntervalComplete(packets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void appendMerged(byte[] data, int offset, int length) {
    makeRoom();
    System.arraycopy(data, offset, batch.data(), batch.usedBytes(), length);
    batch.append(length);
    rows++;
  }
}
