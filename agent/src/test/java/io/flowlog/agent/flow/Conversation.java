package io.flowlog.agent.flow;

import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.CounterSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of one TCP 5-tuple in the order of capture, a millisecond apart, as frames. Each side
 * numbers its bytes and acknowledges all that the other has sent, unless told otherwise.
 */
final class Conversation {
  /** The start of an hour. */
  static final long START_NS = 1_700_002_800_000_000_000L;

  private static final Duration STEP = Duration.ofMillis(1);
  private static final long HOUR_NS = Duration.ofHours(1).toNanos();

  private record Packet(
      long timestampNs, int side, int flags, long sequence, long acknowledgement, int payload) {}

  private final List<Packet> packets = new ArrayList<>();

  /** The next byte's number of each side: side 0 is the client. */
  private final long[] sequences = {1000, 5000};

  private long nowNs = START_NS;

  Conversation startingAt(long clientSequence, long serverSequence) {
    sequences[0] = clientSequence;
    sequences[1] = serverSequence;
    return this;
  }

  Conversation after(Duration silence) {
    nowNs += silence.minus(STEP).toNanos();
    return this;
  }

  Conversation client(int flags) {
    return client(flags, 0);
  }

  Conversation client(int flags, int payload) {
    return send(0, flags, sequences[1], payload);
  }

  Conversation server(int flags) {
    return server(flags, 0);
  }

  Conversation server(int flags, int payload) {
    return send(1, flags, sequences[0], payload);
  }

  /** A client's packet that was sent before the server's last bytes arrived. */
  Conversation clientMissing(int bytes, int flags) {
    return send(0, flags, sequences[1] - bytes, 0);
  }

  Conversation serverMissing(int bytes, int flags) {
    return send(1, flags, sequences[0] - bytes, 0);
  }

  private Conversation send(int side, int flags, long acknowledgement, int payload) {
    packets.add(new Packet(nowNs, side, flags, sequences[side], acknowledgement, payload));
    sequences[side] += payload + ((flags & (SYN | FIN)) == 0 ? 0 : 1);
    nowNs += STEP.toNanos();
    return this;
  }

  /** The last packet once more. */
  Conversation again() {
    Packet last = packets.get(packets.size() - 1);
    packets.add(
        new Packet(
            nowNs,
            last.side(),
            last.flags(),
            last.sequence(),
            last.acknowledgement(),
            last.payload()));
    nowNs += STEP.toNanos();
    return this;
  }

  Conversation handshake() {
    return client(SYN).server(SYN | FrameBuilder.ACK).client(FrameBuilder.ACK);
  }

  /** Returns the states after each packet. */
  String states() {
    StringBuilder states = new StringBuilder();
    for (int count = 1; count <= packets.size(); count++) {
      CutRows.Row row = rows(packets.subList(0, count), IntervalSchedule.whole()).only();
      states.append(count == 1 ? "" : " ").append(row.state());
    }
    return states.toString();
  }

  /** Returns for each packet whether a logger of connection set-up only wants it. */
  String wanted() {
    StringBuilder wanted = new StringBuilder();
    long before = 0;
    for (int count = 1; count <= packets.size(); count++) {
      CutRows.Row row = rows(packets.subList(0, count), IntervalSchedule.whole()).only();
      long setup = row.setup().get(0).packets() + row.setup().get(1).packets();
      wanted.append(setup > before ? '+' : '-');
      before = setup;
    }
    return wanted.toString();
  }

  /** Returns where the connection stands after the last packet. */
  String outcome() {
    return text(row());
  }

  /** Returns where the connection stands when the hour is over. */
  String outcomeAfterSilence() {
    return text(rows(packets, new IntervalSchedule(HOUR_NS)).only());
  }

  CutRows.Row row() {
    return rows(packets, IntervalSchedule.whole()).only();
  }

  /** Returns the cuts of an interval length. */
  List<CutRows.Cut> cuts(Duration interval) {
    return rows(packets, new IntervalSchedule(interval.toNanos())).cuts;
  }

  static String text(CutRows.Row row) {
    String opener = row.initiator() == 1 ? "client" : "server";
    return row.state()
        + (row.reason() == EndReason.NONE ? "" : ", ended by " + row.reason())
        + (row.initiator() == 0 ? "" : ", opened by " + opener)
        + (row.setupUs() < 0 ? "" : ", set up in " + row.setupUs() + " us");
  }

  private static CutRows rows(List<Packet> packets, IntervalSchedule schedule) {
    CutRows rows = new CutRows();
    ConnectionTable table =
        new ConnectionTable(
            new TableSize(64, 64, 7),
            FlowConfig.Timeouts.defaults(),
            schedule,
            new CutTarget(rows, new CounterSet()));
    table.addPort(0);
    table.collectSetup(true);
    PacketBatch batch = new PacketBatch(1);
    FrameDecoder decoder = new FrameDecoder();
    for (Packet packet : packets) {
      batch.clear();
      decoder.decode(frame(packet).toFrame(packet.timestampNs()), batch);
      table.apply(batch);
    }
    table.finish();
    return rows;
  }

  private static FrameBuilder frame(Packet packet) {
    boolean client = packet.side() == 0;
    return FrameBuilder.ethernet()
        .ipv4(client ? "10.0.0.1" : "10.0.0.2", client ? "10.0.0.2" : "10.0.0.1")
        .tcp(
            client ? 40000 : 443,
            client ? 443 : 40000,
            packet.flags(),
            packet.sequence(),
            packet.acknowledgement())
        .payloadOf(packet.payload());
  }
}
