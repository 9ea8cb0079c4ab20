package io.flowlog.agent.flow;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.PSH;
import static io.flowlog.agent.cli.demo.FrameBuilder.RST;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How connections begin: states after each packet, who opened them, how long it took. */
class TcpSetupTest {
  private static Conversation tcp() {
    return new Conversation();
  }

  @Test
  void shouldFollowTheHandshake() {
    Conversation handshake = tcp().client(SYN).server(SYN | ACK).client(ACK);

    assertEquals("SYN_SENT SYN_RECV ESTABLISHED", handshake.states());
    assertEquals("ESTABLISHED, opened by client, set up in 2000 us", handshake.outcome());
  }

  @Test
  void shouldFollowTheHandshakeThatTheGreaterAddressOpens() {
    Conversation handshake = tcp().server(SYN).client(SYN | ACK).server(ACK | PSH, 10);

    assertEquals("SYN_SENT SYN_RECV ESTABLISHED", handshake.states());
    assertEquals("ESTABLISHED, opened by server, set up in 2000 us", handshake.outcome());
  }

  @Test
  void shouldResetRefusedConnection() {
    Conversation refused = tcp().client(SYN).server(RST | ACK);

    assertEquals("SYN_SENT RESET", refused.states());
    assertEquals("RESET, ended by RST, opened by client", refused.outcome());
  }

  @Test
  void shouldWaitForAnAnswerToRetransmittedSyns() {
    Conversation unanswered =
        tcp().client(SYN).after(Duration.ofSeconds(1)).again().after(Duration.ofSeconds(2)).again();

    assertEquals("SYN_SENT SYN_SENT SYN_SENT", unanswered.states());
    assertEquals("SYN_SENT, opened by client", unanswered.outcome());
    assertEquals("SYN_SENT, ended by TIMEOUT, opened by client", unanswered.outcomeAfterSilence());
  }

  @Test
  void shouldCountSetUpTimeFromTheFirstSyn() {
    Conversation late =
        tcp().client(SYN).after(Duration.ofSeconds(1)).again().server(SYN | ACK).client(ACK);

    assertEquals("ESTABLISHED, opened by client, set up in 1002000 us", late.outcome());
  }

  @Test
  void shouldIgnoreRetransmittedAnswer() {
    Conversation again =
        tcp().client(SYN).server(SYN | ACK).after(Duration.ofSeconds(1)).again().client(ACK);

    assertEquals("SYN_SENT SYN_RECV SYN_RECV ESTABLISHED", again.states());
    assertEquals("ESTABLISHED, opened by client, set up in 1002000 us", again.outcome());
  }

  @Test
  void shouldStayHalfOpenWithoutTheLastAcknowledgement() {
    Conversation halfOpen = tcp().client(SYN).server(SYN | ACK);

    assertEquals("SYN_RECV, opened by client", halfOpen.outcome());
    assertEquals("SYN_RECV, ended by TIMEOUT, opened by client", halfOpen.outcomeAfterSilence());
  }

  @Test
  void shouldResetScannedPortAfterItsAnswer() {
    Conversation scanned = tcp().client(SYN).server(SYN | ACK).client(RST);

    assertEquals("SYN_SENT SYN_RECV RESET", scanned.states());
    assertEquals("RESET, ended by RST, opened by client", scanned.outcome());
  }

  @Test
  void shouldFollowSimultaneousOpen() {
    Conversation both = tcp().client(SYN).server(SYN).client(SYN | ACK).server(SYN | ACK);

    assertEquals("SYN_SENT SYN_SENT SYN_RECV ESTABLISHED", both.states());
    assertEquals("ESTABLISHED, opened by client, set up in 3000 us", both.outcome());
  }

  @Test
  void shouldFollowSimultaneousOpenWithPlainAcknowledgements() {
    Conversation both = tcp().client(SYN).server(SYN).server(SYN | ACK).client(ACK);

    assertEquals("SYN_SENT SYN_SENT SYN_RECV ESTABLISHED", both.states());
  }

  @Test
  void shouldFollowSplitHandshakes() {
    Conversation fiveSteps =
        tcp().client(SYN).server(ACK).server(SYN).client(SYN | ACK).server(ACK);
    Conversation fourSteps = tcp().client(SYN).server(SYN).client(SYN | ACK).server(ACK);

    assertEquals("SYN_SENT SYN_SENT SYN_SENT SYN_RECV ESTABLISHED", fiveSteps.states());
    assertEquals("ESTABLISHED, opened by client, set up in 4000 us", fiveSteps.outcome());
    assertEquals("SYN_SENT SYN_SENT SYN_RECV ESTABLISHED", fourSteps.states());
  }

  @Test
  void shouldNotTakeChallengeForAnAnswer() {
    Conversation challenged = tcp().client(SYN).server(ACK).client(RST).client(SYN);

    assertEquals("SYN_SENT SYN_SENT RESET SYN_SENT", challenged.states());
  }

  @Test
  void shouldEstablishWithDataOrFinInPlaceOfTheLastAcknowledgement() {
    assertEquals(
        "SYN_SENT SYN_RECV ESTABLISHED",
        tcp().client(SYN).server(SYN | ACK).client(ACK | PSH, 100).states());
    assertEquals(
        "SYN_SENT SYN_RECV FIN_WAIT",
        tcp().client(SYN).server(SYN | ACK).client(ACK | FIN).states());
    assertEquals(
        "FIN_WAIT, opened by client, set up in 2000 us",
        tcp().client(SYN).server(SYN | ACK).client(ACK | FIN).outcome());
  }

  @Test
  void shouldTakeFastOpenDataForASyn() {
    Conversation fast = tcp().client(SYN, 200).server(SYN | ACK).server(ACK | PSH, 50).client(ACK);

    assertEquals("SYN_SENT SYN_RECV ESTABLISHED ESTABLISHED", fast.states());
  }

  @Test
  void shouldPickUpMidstream() {
    Conversation midstream = tcp().server(ACK, 1000).client(ACK);

    assertEquals("MIDSTREAM MIDSTREAM", midstream.states());
    assertEquals("MIDSTREAM", midstream.outcome());
  }

  @Test
  void shouldFollowTheOpenerAlone() {
    Conversation oneWay = tcp().client(SYN).client(ACK).client(ACK, 10).client(FIN | ACK);

    assertEquals("SYN_SENT ESTABLISHED ESTABLISHED FIN_WAIT", oneWay.states());
    assertEquals("FIN_WAIT, opened by client, set up in 1000 us", oneWay.outcome());
  }

  @Test
  void shouldFollowTheAnsweringSideAlone() {
    Conversation oneWay = tcp().server(SYN | ACK).server(ACK, 10).server(FIN | ACK);

    assertEquals("SYN_RECV ESTABLISHED FIN_WAIT", oneWay.states());
    assertEquals("FIN_WAIT, opened by client", oneWay.outcome());
  }

  @Test
  void shouldKnowNoStateWithoutFlags() {
    assertEquals("NONE NONE", tcp().client(0).client(0, 5).states());
    assertEquals("SYN_SENT SYN_SENT", tcp().client(SYN).client(0).states());
  }

  @Test
  void shouldOpenNothingByFinOrUrgentScan() {
    assertEquals("FIN_WAIT", tcp().client(FIN).outcome());
    assertEquals("FIN_WAIT RESET", tcp().client(FIN | PSH | 32).server(RST | ACK).states());
    assertEquals("SYN_SENT SYN_SENT", tcp().client(SYN).client(FIN).states());
  }

  @Test
  void shouldKeepEstablishedConnectionWhenAStraySynIsChallenged() {
    Conversation stray = tcp().handshake().client(SYN).server(ACK).client(ACK, 5);

    assertEquals("ESTABLISHED, opened by client, set up in 2000 us", stray.outcome());
  }

  @Test
  void shouldBeginAnewWhenASynInAnEstablishedConnectionIsAnswered() {
    Conversation reopened =
        tcp().handshake().after(Duration.ofMinutes(1)).server(SYN).client(SYN | ACK).server(ACK);

    assertEquals(
        "SYN_SENT SYN_RECV ESTABLISHED ESTABLISHED SYN_RECV ESTABLISHED", reopened.states());
    assertEquals("ESTABLISHED, opened by server, set up in 2000 us", reopened.outcome());
  }

  @Test
  void shouldIgnoreAnswerRetransmittedInAnEstablishedConnection() {
    Conversation again = tcp().handshake().server(SYN | ACK).client(ACK);

    assertEquals("ESTABLISHED, opened by client, set up in 2000 us", again.outcome());
  }

  @Test
  void shouldIgnoreAnswerRetransmittedAfterTheFirstFin() {
    Conversation crossing = tcp().handshake().client(FIN | ACK).server(SYN | ACK).client(ACK);

    assertEquals("SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT FIN_WAIT FIN_WAIT", crossing.states());
    assertEquals("FIN_WAIT, opened by client, set up in 2000 us", crossing.outcome());
  }
}
