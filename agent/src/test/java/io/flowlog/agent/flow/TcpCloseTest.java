package io.flowlog.agent.flow;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.PSH;
import static io.flowlog.agent.cli.demo.FrameBuilder.RST;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How connections end, what may follow, and what a row says of it. */
class TcpCloseTest {
  private static final String ESTABLISHED = "SYN_SENT SYN_RECV ESTABLISHED ";
  private static final String BY_FIN = ", ended by FIN, opened by client, set up in 2000 us";

  private static Conversation open() {
    return new Conversation().handshake();
  }

  private static Conversation closed() {
    return open().client(FIN | ACK).server(FIN | ACK).client(ACK);
  }

  @Test
  void shouldFollowEveryStepOfAClose() {
    Conversation byClient = open().client(FIN | ACK).server(ACK).server(FIN | ACK).client(ACK);
    Conversation byServer = open().server(FIN | ACK).client(ACK).client(FIN | ACK).server(ACK);

    String steps = ESTABLISHED + "FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT";
    assertEquals(steps, byClient.states());
    assertEquals(steps, byServer.states());
    assertEquals("TIME_WAIT" + BY_FIN, byClient.outcome());
    assertEquals("TIME_WAIT" + BY_FIN, byServer.outcome());
  }

  @Test
  void shouldFollowCloseThatIsAnsweredInOnePacket() {
    assertEquals(ESTABLISHED + "FIN_WAIT LAST_ACK TIME_WAIT", closed().states());
  }

  @Test
  void shouldCallItClosedWhenTimeWaitIsOver() {
    assertEquals("CLOSED" + BY_FIN, closed().outcomeAfterSilence());
  }

  @Test
  void shouldLetTheOtherSideSendAfterAHalfClose() {
    Conversation half =
        open().client(FIN | ACK).server(ACK, 1000).client(ACK).server(ACK, 1000).client(ACK);

    assertEquals(
        ESTABLISHED + "FIN_WAIT CLOSE_WAIT CLOSE_WAIT CLOSE_WAIT CLOSE_WAIT", half.states());
    assertEquals("CLOSE_WAIT, opened by client, set up in 2000 us", half.outcome());
    assertTrue(half.outcomeAfterSilence().startsWith("CLOSE_WAIT, ended by TIMEOUT"));
  }

  @Test
  void shouldFollowSimultaneousClose() {
    Conversation both =
        open().client(FIN | ACK).serverMissing(1, FIN | ACK).client(ACK).server(ACK);

    assertEquals(ESTABLISHED + "FIN_WAIT CLOSING CLOSING TIME_WAIT", both.states());
    assertEquals("TIME_WAIT" + BY_FIN, both.outcome());
  }

  @Test
  void shouldNotTakeAnAcknowledgementThatCrossedTheFinForItsOwn() {
    Conversation crossing = open().client(FIN | ACK, 50).serverMissing(1, ACK).server(ACK);

    assertEquals(ESTABLISHED + "FIN_WAIT FIN_WAIT CLOSE_WAIT", crossing.states());
  }

  @Test
  void shouldIgnoreRetransmittedFins() {
    Conversation again =
        open().client(FIN | ACK).again().server(FIN | ACK).again().client(ACK).again();

    assertEquals(
        ESTABLISHED + "FIN_WAIT FIN_WAIT LAST_ACK LAST_ACK TIME_WAIT TIME_WAIT", again.states());
  }

  @Test
  void shouldFollowFinWithoutAcknowledgement() {
    assertEquals(
        ESTABLISHED + "FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT",
        open().client(FIN).server(ACK).server(FIN).client(ACK).states());
  }

  @Test
  void shouldCompareFinNumbersAcrossTheEndOfTheSequenceSpace() {
    expectCloseAcross(0x1_0000_0000L);
    expectCloseAcross(0x8000_0000L);
  }

  private static void expectCloseAcross(long end) {
    for (long start = end - 16; start <= end + 16; start++) {
      Conversation wrapping =
          new Conversation()
              .startingAt(start & 0xffff_ffffL, start + 3 & 0xffff_ffffL)
              .handshake()
              .client(ACK, 4)
              .client(FIN | ACK, 4)
              .serverMissing(1, ACK)
              .server(ACK)
              .server(FIN | ACK, 8)
              .client(ACK);

      assertEquals(
          ESTABLISHED + "ESTABLISHED FIN_WAIT FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT",
          wrapping.states());
    }
  }

  @Test
  void shouldResetAfterData() {
    Conversation reset = open().client(PSH | ACK, 10).server(ACK, 20).server(RST | ACK);

    assertEquals("RESET, ended by RST, opened by client, set up in 2000 us", reset.outcome());
  }

  @Test
  void shouldStayResetWhateverFollowsButASyn() {
    Conversation after = open().client(RST).server(ACK, 10).server(FIN | ACK).client(RST);

    assertEquals(ESTABLISHED + "RESET RESET RESET RESET", after.states());
    assertTrue(after.outcomeAfterSilence().startsWith("RESET, ended by RST"));
  }

  @Test
  void shouldResetHalfClosedConnection() {
    assertEquals(
        "RESET, ended by RST, opened by client, set up in 2000 us",
        open().client(FIN | ACK).server(ACK).client(RST).outcome());
  }

  @Test
  void shouldKeepTheReasonOfAConnectionThatBothSidesClosed() {
    assertEquals("TIME_WAIT" + BY_FIN, closed().server(RST).outcome());
  }

  @Test
  void shouldResetConnectionThatWasNeverSeen() {
    assertEquals("RESET, ended by RST", new Conversation().server(RST | ACK).outcome());
  }

  @Test
  void shouldCloseMidstreamConnection() {
    Conversation midstream =
        new Conversation().client(ACK, 5).client(FIN | ACK).server(FIN | ACK).client(ACK);

    assertEquals("MIDSTREAM FIN_WAIT LAST_ACK TIME_WAIT", midstream.states());
    assertEquals("TIME_WAIT, ended by FIN", midstream.outcome());
  }

  @Test
  void shouldOpenANewConnectionAfterAClose() {
    Conversation reused = closed().server(SYN).client(SYN | ACK).after(Duration.ofMillis(5));

    assertEquals(ESTABLISHED + "FIN_WAIT LAST_ACK TIME_WAIT SYN_SENT SYN_RECV", reused.states());
    assertEquals("SYN_RECV, opened by server", reused.outcome());
    assertEquals("ESTABLISHED, opened by server, set up in 6000 us", reused.server(ACK).outcome());
  }

  @Test
  void shouldCloseTheSecondConnectionLikeTheFirst() {
    Conversation reused =
        closed()
            .startingAt(0x8000_0000L, 0x7fff_ffffL)
            .handshake()
            .server(FIN | ACK)
            .client(FIN | ACK)
            .server(ACK);

    assertTrue(reused.states().endsWith("ESTABLISHED FIN_WAIT LAST_ACK TIME_WAIT"));
  }

  @Test
  void shouldOpenANewConnectionAfterAReset() {
    Conversation reused = open().server(RST).client(SYN).after(Duration.ofMillis(3)).server(ACK);

    assertEquals(ESTABLISHED + "RESET SYN_SENT SYN_SENT", reused.states());
    assertEquals("SYN_SENT, opened by client", reused.outcome());
  }

  @Test
  void shouldOpenANewConnectionOfWhichOnlyTheAnswerIsSeen() {
    assertEquals("SYN_RECV, opened by client", closed().server(SYN | ACK).outcome());
    assertEquals(
        "SYN_RECV, opened by client",
        new Conversation().server(SYN | ACK).server(FIN | ACK).server(SYN | ACK).outcome());
  }

  @Test
  void shouldBeginAnewAfterSilence() {
    Conversation silent = closed().after(Duration.ofMinutes(3)).server(ACK, 5);

    assertEquals("MIDSTREAM", silent.outcome());
    assertEquals(2 * 2 + 1 + 2, silent.row().local().packets() + silent.row().remote().packets());
  }

  @Test
  void shouldMergeConnectionsOfAnIntervalIntoOneRow() {
    CutRows.Row row = closed().client(SYN).server(SYN | ACK).client(ACK).client(RST).row();

    assertEquals(7, row.local().packets());
    assertEquals(3, row.remote().packets());
    assertEquals(SYN | ACK | FIN | RST, row.local().tcpFlags());
    assertEquals(false, row.local().synAck());
    assertEquals(true, row.remote().synAck());
    assertEquals(Conversation.START_NS, row.local().firstNs());
    assertEquals(Conversation.START_NS + 9_000_000, row.local().lastNs());
    assertEquals(
        "RESET, ended by RST, opened by client, set up in 2000 us", Conversation.text(row));
  }

  @Test
  void shouldDescribeTheConnectionInEveryInterval() {
    List<CutRows.Cut> cuts =
        open()
            .after(Duration.ofSeconds(60))
            .client(ACK, 5)
            .after(Duration.ofSeconds(60))
            .server(FIN | ACK)
            .cuts(Duration.ofMinutes(1));

    assertEquals(3, cuts.size());
    CutRows.Row second = cuts.get(1).rows().values().iterator().next();
    CutRows.Row third = cuts.get(2).rows().values().iterator().next();
    assertEquals("ESTABLISHED, opened by client, set up in 2000 us", Conversation.text(second));
    assertEquals(ACK, second.local().tcpFlags());
    assertEquals(0, second.remote().packets());
    assertEquals("FIN_WAIT, opened by client, set up in 2000 us", Conversation.text(third));
  }
}
