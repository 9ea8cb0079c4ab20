package io.flowlog.agent.flow;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.PSH;
import static io.flowlog.agent.cli.demo.FrameBuilder.RST;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which packets a logger of connection set-up only wants: a plus for each, else a minus. */
class SetupOnlyTest {
  private final TableFixture fixture = new TableFixture(64, TableFixture.MINUTES);

  private static Conversation tcp() {
    return new Conversation();
  }

  @Test
  void shouldWantTheHandshakeAndNothingBehindIt() {
    Conversation whole =
        tcp().handshake().client(PSH | ACK, 9).server(PSH | ACK, 9).client(FIN | ACK);

    assertEquals("+++---", whole.wanted());
    assertEquals("+++---", whole.server(FIN | ACK).client(ACK).wanted().substring(0, 6));
    assertEquals("+++-----", whole.wanted());
  }

  @Test
  void shouldWantTheEstablishingPacketWhateverItCarries() {
    assertEquals(
        "+++-", tcp().client(SYN).server(SYN | ACK).client(PSH | ACK, 5).server(ACK).wanted());
    assertEquals(
        "+++-", tcp().client(SYN).server(SYN | ACK).client(FIN | ACK).server(ACK).wanted());
  }

  @Test
  void shouldWantRefusedConnectionWhole() {
    assertEquals("++", tcp().client(SYN).server(RST | ACK).wanted());
    assertEquals("+++", tcp().client(SYN).server(SYN | ACK).client(RST).wanted());
  }

  @Test
  void shouldWantRetransmittedSyns() {
    assertEquals("++++", tcp().client(SYN).again().server(SYN | ACK).client(ACK).wanted());
  }

  @Test
  void shouldWantHalfOpenConnectionWhole() {
    assertEquals("+++", tcp().client(SYN).server(SYN | ACK).again().wanted());
    assertEquals("++", tcp().client(SYN).client(PSH, 4).wanted());
  }

  @Test
  void shouldNotWantTheResetOfAnOpenConnection() {
    assertEquals("+++--", tcp().handshake().client(PSH | ACK, 3).server(RST).wanted());
  }

  @Test
  void shouldWantTheNextSetUpOnTheSamePorts() {
    Conversation reused =
        tcp().handshake().client(FIN | ACK).server(FIN | ACK).client(ACK).handshake();
    assertEquals("+++---+++", reused.wanted());
    assertEquals("+++-+++", tcp().handshake().server(RST).handshake().wanted());
  }

  @Test
  void shouldNotWantAStraySynInAnOpenConnection() {
    assertEquals("+++---", tcp().handshake().client(SYN).server(ACK).client(ACK).wanted());
  }

  @Test
  void shouldWantTheNewConnectionOnceAStraySynIsAnswered() {
    assertEquals(
        "+++-++-", tcp().handshake().client(SYN).server(SYN | ACK).client(ACK).again().wanted());
  }

  @Test
  void shouldNotWantWhatIsPickedUpMidStream() {
    assertEquals("---", tcp().client(PSH | ACK, 5).server(ACK).client(FIN | ACK).wanted());
    assertEquals("--", tcp().client(FIN | ACK).server(FIN | ACK).wanted());
    assertEquals("--", tcp().client(RST).server(ACK).wanted());
    assertEquals("--", tcp().client(0).client(ACK).wanted());
    assertEquals("-+++-", tcp().server(ACK).handshake().client(ACK).wanted());
  }

  @Test
  void shouldWantSetUpWhoseSynWasNotSeen() {
    assertEquals("++-", tcp().server(SYN | ACK).client(ACK).server(ACK).wanted());
  }

  @Test
  void shouldTakeAnOpenConnectionForMidStreamAfterItsTimeout() {
    Conversation silent = tcp().handshake().after(Duration.ofDays(6)).client(ACK).handshake();
    assertEquals("+++-+++", silent.wanted());
  }

  @Test
  void shouldWantTheOpenersUdpPackets() {
    fixture.table.collectSetup(true);
    fixture.packet.direction = Direction.EGRESS;
    fixture.at(0).at(1).turnAround().at(2).turnAround().at(3);

    expectSetup(3, 0);
  }

  @Test
  void shouldWantTheOtherSideWhenItBeginsAfterTheTimeout() {
    fixture.table.collectSetup(true);
    fixture.packet.direction = Direction.EGRESS;
    fixture.at(0).turnAround().at(1);
    // Behind the 120 seconds of an answered exchange.
    fixture.at(122).turnAround().at(123).turnAround().at(124);

    expectSetup(0, 2);
    assertEquals(1, fixture.rows.cuts.get(0).rows().values().iterator().next().local().packets());
  }

  @Test
  void shouldWantOpenersPacketsOfAnyOtherProtocol() {
    fixture.table.collectSetup(true);
    fixture.protocol(47).ports(0, 0);
    fixture.packet.direction = Direction.INGRESS;
    fixture.at(0).turnAround().at(1);

    expectSetup(0, 1);
  }

  /** Finishes; looks at the only row of the last cut. */
  private void expectSetup(long local, long remote) {
    List<CutRows.Side> setup = fixture.finishedRow().setup();
    assertEquals(List.of(local, remote), setup.stream().map(CutRows.Side::packets).toList());
  }

  @Test
  void shouldWantAllIcmpButAnswers() {
    fixture.table.collectSetup(true);
    // Type, packets wanted: echo request and its reply, an error, a question, an unknown type.
    for (int[] icmp : new int[][] {{8, 2}, {0, 0}, {3, 0}, {13, 2}, {0xffff, 2}}) {
      expectIcmp(1, icmp[0], icmp[1]);
    }
    for (int[] icmp : new int[][] {{128, 2}, {129, 0}, {1, 0}, {135, 2}, {136, 0}}) {
      expectIcmp(58, icmp[0], icmp[1]);
    }
  }

  /** One packet each way: who asks with a type does not matter, both may. */
  private void expectIcmp(int protocol, int type, int packets) {
    fixture.packet.direction = Direction.EGRESS;
    fixture.protocol(protocol).ports(type, type == 0xffff ? type : 0);
    fixture.at(0);
    fixture.packet.direction = Direction.INGRESS;
    long source = fixture.packet.sourceLow;
    fixture.packet.sourceLow = fixture.packet.destinationLow;
    fixture.packet.destinationLow = source;
    fixture.at(1);
    expectSetup(packets / 2, packets / 2);
  }

  @Test
  void shouldKeepTimesAndFlagsOfSetUpApart() {
    fixture.table.collectSetup(true);
    fixture.protocol(6).packet.direction = Direction.EGRESS;
    fixture.packet.tcpFlags = SYN;
    fixture.at(1);
    fixture.turnAround().packet.tcpFlags = SYN | ACK;
    fixture.at(2);
    fixture.turnAround().packet.tcpFlags = ACK;
    fixture.at(3).at(4);
    fixture.packet.tcpFlags = FIN | ACK;
    fixture.at(5);
    CutRows.Row row = fixture.finishedRow();

    CutRows.Side setup = row.setup().get(0);
    assertEquals(List.of(2L, 200L), List.of(setup.packets(), setup.bytes()));
    assertEquals(TableFixture.START_NS + 1_000_000_000L, setup.firstNs());
    assertEquals(TableFixture.START_NS + 3_000_000_000L, setup.lastNs());
    assertEquals(SYN | ACK, setup.tcpFlags());
    assertEquals(4, row.accepted().get(0).packets());
    assertEquals(row.accepted().get(1), row.setup().get(1));
    assertTrue(row.setup().get(1).synAck());
  }

  @Test
  void shouldKnowWhatIsOpenWhenSwitchedOnLater() {
    fixture.protocol(6).packet.tcpFlags = SYN;
    fixture.at(0);
    fixture.turnAround().packet.tcpFlags = SYN | ACK;
    fixture.at(0);
    fixture.turnAround().packet.tcpFlags = ACK;
    fixture.at(0);
    fixture.table.collectSetup(true);
    fixture.at(1);
    fixture.table.cutAt(TableFixture.START_NS + 2_000_000_000L);
    fixture.at(3);
    fixture.table.collectSetup(false);
    fixture.table.cutAt(TableFixture.START_NS + 4_000_000_000L);
    fixture.at(5);
    fixture.table.finish();

    assertEquals(List.of(), setupOfCut(0), "nobody asked when the slice began");
    assertEquals(List.of(CutRows.NOTHING, CutRows.NOTHING), setupOfCut(1));
    assertEquals(List.of(), setupOfCut(2));
  }

  private List<CutRows.Side> setupOfCut(int cut) {
    return fixture.rows.cuts.get(cut).rows().values().iterator().next().setup();
  }
}
