package io.flowlog.agent.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.cli.demo.FrameBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PacketBatchTest {
  private final PacketBatch batch = new PacketBatch(3);
  private final PacketView packet = new PacketView(batch);

  @BeforeEach
  void decodeOnePacket() {
    FrameBuilder frame = FrameBuilder.ethernet().vlan(4095).ipv4("10.0.0.1", "10.0.0.2");
    new FrameDecoder().decode(frame.tcp(65535, 1, 255).toFrame(3), batch);
  }

  @Test
  void shouldAssignPortAndDirectionAndNothingElse() {
    for (Direction direction : Direction.values()) {
      batch.assignLast(2047, direction);

      assertEquals(2047, packet.portIndex());
      assertEquals(direction, packet.direction());
    }
    assertEquals(65535, packet.sourcePort());
    assertEquals(1, packet.destinationPort());
    assertEquals(6, packet.protocol());
    assertEquals(4095, packet.vlan());
    assertEquals(255, packet.tcpFlags());
    assertEquals(40, packet.bytes());
    assertFalse(packet.isIpv6());
  }

  @Test
  void shouldRepeatTheLastPacket() {
    batch.assignLast(1, Direction.EGRESS);
    batch.repeatLast();
    batch.assignLast(2, Direction.INGRESS);

    assertEquals(2, batch.size());
    assertEquals(1, packet.at(0).portIndex());
    assertEquals(2, packet.at(1).portIndex());
    assertEquals(65535, packet.at(1).sourcePort());
  }

  @Test
  void shouldSetPortsOfOnePacket() {
    batch.repeatLast();
    batch.setPorts(1, 5L << PacketBatch.SOURCE_PORT_SHIFT);

    assertEquals(65535, packet.at(0).sourcePort());
    assertEquals(5, packet.at(1).sourcePort());
    assertEquals(0, packet.at(1).destinationPort());
    assertEquals(4095, packet.at(1).vlan());
  }

  @Test
  void shouldExchangeThePortsOfTheOppositeDirection() {
    long key = batch.words()[PacketBatch.KEY];
    long reverse = PacketBatch.reverse(key);

    assertEquals(1, PacketBatch.sourcePortOf(reverse));
    assertEquals(65535, PacketBatch.destinationPortOf(reverse));
    assertEquals(4095, PacketBatch.vlanOf(reverse));
    assertEquals(key, PacketBatch.reverse(reverse));
  }

  @Test
  void shouldTellHowMuchRoomIsLeft() {
    assertFalse(batch.isShortOf(2));
    assertTrue(batch.isShortOf(3));
    batch.removeLast();
    assertFalse(batch.isShortOf(3));
    batch.append();
    batch.clear();
    assertEquals(0, batch.size());
  }
}
