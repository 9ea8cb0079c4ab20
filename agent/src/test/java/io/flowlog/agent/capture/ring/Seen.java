package io.flowlog.agent.capture.ring;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketView;
import java.util.ArrayList;
import java.util.List;

/** The packets of frames as the decoder reads them; owned by one test. */
final class Seen implements FrameHandler {
  /** One packet, but for its time; addresses and ports are in the words. */
  record Packet(
      int portIndex,
      Direction direction,
      int protocol,
      int packets,
      long bytes,
      List<Long> words) {}

  final List<Packet> packets = new ArrayList<>();
  final List<Long> timestampsNs = new ArrayList<>();
  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(1);
  private int frames;

  @Override
  public void onFrame(Frame frame) {
    frames++;
    batch.clear();
    FrameOutcome outcome = decoder.decode(frame, batch);
    if (outcome != FrameOutcome.PACKET) {
      throw new AssertionError(outcome + " of frame " + frames);
    }
    timestampsNs.add(frame.timestampNs);
    PacketView packet = new PacketView(batch);
    List<Long> words = new ArrayList<>();
    for (int i = PacketBatch.TIMESTAMP + 1; i < PacketBatch.STRIDE; i++) {
      words.add(batch.words()[i]);
    }
    packets.add(
        new Packet(
            packet.portIndex(),
            packet.direction(),
            packet.protocol(),
            packet.packets(),
            packet.bytes(),
            words));
  }

  int frames() {
    return frames;
  }

  /** Returns "packets, bytes" of one direction. */
  String total(Direction direction) {
    long count = 0;
    long bytes = 0;
    for (Packet packet : packets) {
      if (packet.direction() == direction) {
        count += packet.packets();
        bytes += packet.bytes();
      }
    }
    return count + " packets, " + bytes + " B";
  }
}
