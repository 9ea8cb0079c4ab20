package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.OlderConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the table makes of news about connections that it did not see begin. */
class OlderConnectionTest {
  private static final int SYN = 2;

  private final TableFixture made = new TableFixture(1000, TableFixture.MINUTES);

  @BeforeEach
  void leaveTheMachine() {
    made.packet.direction = Direction.EGRESS;
    // a slice runs, as it does where something is captured
    made.table.cutAt(TableFixture.START_NS);
  }

  private void know(boolean openedByLocal, boolean established) {
    boolean ipv6 = made.packet.ipv6;
    long high = ipv6 ? 0xfd00L << 48 : 0;
    OlderConnection older =
        new OlderConnection(
            ipv6,
            made.packet.protocol,
            high,
            1,
            high,
            2,
            1000,
            53,
            openedByLocal,
            established,
            true);
    made.table.know(0, older, TableFixture.START_NS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldKnowWhoOpenedAConnectionBeforeItsFirstPacketIsSeen(boolean ipv6) {
    made.ipv6(ipv6).protocol(6);
    know(false, true);
    CutRows.Row row = made.at(1).finishedRow();
    assertEquals(TcpState.ESTABLISHED, row.state());
    assertEquals(2, row.initiator());
  }

  @Test
  void shouldAddToWhatIsKnownOfAConnectionThatIsSeenAlready() {
    made.protocol(6).at(1);
    know(true, true);
    CutRows.Row row = made.finishedRow();
    assertEquals(TcpState.ESTABLISHED, row.state());
    assertEquals(1, row.initiator());
  }

  @Test
  void shouldMakeNoRowOfAConnectionThatIsSilent() {
    made.protocol(6);
    know(true, true);
    made.table.finish();
    assertTrue(made.rows.cuts.stream().allMatch(cut -> cut.rows().isEmpty()));
  }

  @Test
  void shouldNotTakeANewConnectionForTheOlderOne() {
    made.protocol(6);
    made.packet.tcpFlags = SYN;
    made.at(1);
    know(false, true);
    CutRows.Row row = made.finishedRow();
    assertEquals(TcpState.SYN_SENT, row.state());
    assertEquals(1, row.initiator());
  }

  @Test
  void shouldLeaveAConnectionOpenToWhoIsNotToldThatItIs() {
    made.protocol(6);
    know(true, false);
    CutRows.Row row = made.at(1).finishedRow();
    assertEquals(TcpState.MIDSTREAM, row.state());
    assertEquals(1, row.initiator());
  }

  @Test
  void shouldCorrectTheGuessThatWhoIsSeenFirstHasOpenedAnExchange() {
    made.at(1);
    know(false, false);
    assertEquals(2, made.finishedRow().initiator());
  }
}
