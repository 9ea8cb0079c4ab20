package io.flowlog.agent.capture.drops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.drops.DropEntry.Way;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose drops they are: ports 1 and 2 at interfaces 11 and 12 of bridge 10; 13 is nobody's. */
class DropJudgeTest {
  private static final int BRIDGE = 10;
  private static final int FIREWALL = 12;
  private static final int MALFORMED = 15;
  private static final long MAC = 0x02_77_00_00_00_00L;
  private static final long STRANGER = MAC + 0xaa;
  private static final long GROUP = 0xffff_ffff_ffffL;
  private static final int UDP = 17;

  private final CounterSet counters = new CounterSet();
  private final List<String> told = new ArrayList<>();
  private final DropJudge judge = new DropJudge(Set.of(MALFORMED), new Teller(), counters);
  private final DropEntry entry = new DropEntry();

  private final class Teller implements DropJudge.Verdicts {
    @Override
    public void onDrop(DropReport drop, int reason) {
      assertEquals(FIREWALL, reason);
      assertEquals(entry.packets, drop.packets);
      told.add((drop.direction == Direction.EGRESS ? "out of " : "into ") + drop.portIndex);
    }

    @Override
    public void onLost(int portNumber, long packets) {
      told.add(packets + " lost at " + portNumber);
    }

    @Override
    public void onLostAnywhere(long packets) {
      told.add((packets == 0 ? "" : packets + " ") + "lost anywhere");
    }

    @Override
    public void onUncertain(int portNumber) {
      told.add("uncertain at " + portNumber);
    }
  }

  DropJudgeTest() {
    know(port(1, MAC + 1), port(2, MAC + 2));
    entry.reason = FIREWALL;
    entry.packets = 3;
    entry.ipVersion = 4;
    entry.protocol = UDP;
    from(1).to(2);
  }

  private static DropPorts.Port port(int number, long mac) {
    return new DropPorts.Port(
        number, BRIDGE + number, mac, List.of(new byte[] {10, 0, 0, (byte) number}));
  }

  private void know(DropPorts.Port... ports) {
    judge.know(new DropPorts(List.of(ports), Set.of(BRIDGE)));
  }

  private DropJudgeTest from(int machine) {
    entry.inputInterface = BRIDGE + machine;
    entry.sourceLow = 0x0a000000L + machine;
    return this;
  }

  private DropJudgeTest to(int machine) {
    entry.outputInterface = BRIDGE + machine;
    entry.destinationLow = 0x0a000000L + machine;
    entry.destinationMac = MAC + machine;
    return this;
  }

  private DropJudgeTest between(int inputInterface, int outputInterface) {
    entry.inputInterface = inputInterface;
    entry.outputInterface = outputInterface;
    return this;
  }

  private void assertTold(String... expected) throws IOException {
    judge.judge(entry);
    assertEquals(List.of(expected), told);
    told.clear();
  }

  @Test
  void shouldTellBothPortsOfWhatIsDroppedBetweenThem() throws IOException {
    assertTold("out of 1", "into 2");
    to(3).assertTold("out of 1");
    from(3).to(2).assertTold("into 2");
    to(3).assertTold();
    assertEquals(3, counters.get(AgentCounter.DROPS_OF_NO_PORT));
  }

  @Test
  void shouldTellTheSenderOfWhatIsDroppedBeforeAnOutputIsChosen() throws IOException {
    between(11, 0).assertTold("out of 1");
  }

  @Test
  void shouldTellOfAFloodedPacketOnlyWhereItIsTheOneThatCounts() throws IOException {
    entry.copy = true;
    entry.way = Way.FLOODED;
    assertTold("out of 1", "into 2");
    between(11, 13).assertTold();
    entry.way = Way.ELSEWHERE;
    entry.destinationMac = STRANGER;
    between(11, 12).assertTold();
    assertEquals(6, counters.get(AgentCounter.DROPS_OF_COPIES));
  }

  @Test
  void shouldNotTakeAPacketForACopyBecauseSomebodyListens() throws IOException {
    entry.copy = true;
    to(3).assertTold("out of 1");
    entry.destinationMac = STRANGER;
    between(11, 12).assertTold("out of 1", "into 2");
    assertEquals(0, counters.get(AgentCounter.DROPS_OF_COPIES));
  }

  private void flood(Way way, int receivers, long mac) {
    entry.copy = true;
    entry.way = way;
    entry.receivers = receivers;
    entry.destinationMac = mac;
  }

  private void assertSettled(String... expected) throws IOException {
    assertEquals(entry.granuleStartNs, judge.unsettledFromNs());
    judge.settleBefore(entry.granuleStartNs);
    assertEquals(List.of(), told);
    judge.settleBefore(entry.granuleStartNs + 1);
    assertEquals(List.of(expected), told);
    assertEquals(Long.MAX_VALUE, judge.unsettledFromNs());
    told.clear();
  }

  @Test
  void shouldTellTheSenderOfAFloodedPacketWhenNobodyGotACopy() throws IOException {
    flood(Way.FLOODED, 2, STRANGER);
    between(11, 12).assertTold();
    between(11, 13).assertTold();
    assertSettled("out of 1");
    between(11, 12).assertTold();
    between(11, 13).assertTold();
    entry.granuleStartNs++;
    assertTold();
    entry.granuleStartNs--;
    assertSettledBeforeLater("out of 1");
  }

  private void assertSettledBeforeLater(String... expected) throws IOException {
    judge.settleBefore(entry.granuleStartNs + 1);
    assertEquals(List.of(expected), told);
    assertEquals(entry.granuleStartNs + 1, judge.unsettledFromNs());
  }

  @Test
  void shouldNotTellTheSenderWhenSomebodyGotACopy() throws IOException {
    flood(Way.FLOODED, 3, STRANGER);
    between(11, 12).assertTold();
    between(11, 13).assertTold();
    assertSettled();
    flood(Way.FLOODED, 2, GROUP);
    between(11, 12).assertTold("into 2");
    assertSettled();
  }

  @Test
  void shouldTellReceiversAndSenderOfWhatNobodyOfAGroupGot() throws IOException {
    flood(Way.FLOODED, 2, GROUP);
    between(11, 12).assertTold("into 2");
    between(11, 13).assertTold();
    assertSettled("out of 1");
  }

  @Test
  void shouldSaySoWhenCopiesDoNotTellWhetherSomebodyGotOne() throws IOException {
    flood(Way.FLOODED, 2, STRANGER);
    entry.packets = 3;
    between(11, 12).assertTold();
    entry.packets = 2;
    between(11, 13).assertTold();
    assertSettled("uncertain at 1");
    flood(Way.UNKNOWN, 0, STRANGER);
    assertTold("uncertain at 1");
    flood(Way.UNKNOWN, 0, GROUP);
    between(11, 12).assertTold("into 2", "uncertain at 1");
    from(3).between(13, 12).assertTold("into 2");
  }

  @Test
  void shouldAddCopiesUpWhoseReportsAreParted() throws IOException {
    flood(Way.FLOODED, 2, STRANGER);
    between(11, 12).assertTold();
    between(11, 13).assertTold();
    between(11, 13).assertTold();
    entry.packets = 3;
    between(11, 12).assertTold();
    entry.packets = 6;
    assertSettled("out of 1");
  }

  @Test
  void shouldSaySoWhenMorePacketsAreFloodedThanCanBeCompared() throws IOException {
    flood(Way.FLOODED, 2, STRANGER);
    for (entry.sourceLow = 0; entry.sourceLow < 4096; entry.sourceLow++) {
      between(11, 12).assertTold();
    }
    assertTold("uncertain at 1");
  }

  @Test
  void shouldBelieveTheBridgeWhenItChoseAPort() throws IOException {
    entry.destinationMac = STRANGER;
    assertTold("out of 1", "into 2");
  }

  @Test
  void shouldTellTheSenderOfWhatIsDroppedBeforeItIsCopied() throws IOException {
    entry.destinationMac = GROUP;
    between(11, 0).assertTold("out of 1");
  }

  @Test
  void shouldFindByAddressForWhomTheHostRoutesOrSends() throws IOException {
    entry.routed = true;
    between(0, BRIDGE).assertTold("into 2");
    between(11, 20).assertTold("out of 1", "into 2");
    entry.destinationLow = 1;
    assertTold("out of 1");
    between(0, BRIDGE).assertTold();
    entry.routed = false;
    entry.fromHost = true;
    entry.destinationLow = 0x0a000002L;
    between(0, 0).assertTold("into 2");
  }

  @Test
  void shouldFindByAddressWhoSentWhatTheBridgeHandsToTheHost() throws IOException {
    entry.destinationLow = 1;
    between(BRIDGE, 0).assertTold("out of 1");
    between(13, 0).assertTold();
  }

  @Test
  void shouldFindAForgerByTheNetworkCardInstead() throws IOException {
    entry.sourceLow = 77;
    entry.sourceMac = MAC + 2;
    entry.destinationLow = 1;
    between(BRIDGE, 0).assertTold("out of 2");
    entry.sourceMac = STRANGER;
    between(BRIDGE, 0).assertTold();
  }

  @Test
  void shouldNotGuessBetweenTwoPortsWithOneAddress() throws IOException {
    DropPorts.Port twin = new DropPorts.Port(3, 14, MAC + 3, List.of(new byte[] {10, 0, 0, 2}));
    know(port(1, MAC + 1), port(2, MAC + 2), twin);
    entry.routed = true;
    between(0, BRIDGE).assertTold();
  }

  @Test
  void shouldTellIpv6AddressesFromOthers() throws IOException {
    byte[] address = new byte[16];
    address[15] = 2;
    know(new DropPorts.Port(5, 15, MAC + 5, List.of(address)));
    entry.ipVersion = 6;
    entry.routed = true;
    entry.destinationLow = 2;
    between(0, BRIDGE).assertTold("into 5");
    entry.ipVersion = 4;
    assertTold();
  }

  @Test
  void shouldTellOneDirectionOnlyWhereTheEntryIsOfOne() throws IOException {
    entry.only = Direction.EGRESS;
    assertTold("out of 1");
    entry.only = Direction.INGRESS;
    assertTold("into 2");
    from(3).to(4).assertTold();
  }

  @Test
  void shouldTakePacketsForCopiesAlsoIfOnlyTheBridgeTells() throws IOException {
    entry.maybeCopy = true;
    assertTold("out of 1", "into 2");
    entry.way = Way.FLOODED;
    between(11, 13).assertTold();
    entry.way = Way.CHOSEN;
    between(11, 13).assertTold("out of 1");
    assertEquals(3, counters.get(AgentCounter.DROPS_OF_COPIES));
  }

  @Test
  void shouldBelieveTheRouteWhenItLeadsToAPort() throws IOException {
    entry.routed = true;
    entry.destinationLow = 0x0a000063L;
    assertTold("out of 1", "into 2");
  }

  @Test
  void shouldSayWhereThereMayHaveBeenMorePackets() throws IOException {
    entry.uncertain = true;
    assertTold("out of 1", "uncertain at 1", "into 2", "uncertain at 2");
  }

  @Test
  void shouldTellAllThatDropsOfAnyPortAreMissing() throws IOException {
    entry.overflow = true;
    entry.ofAnyPort = true;
    assertTold("3 lost anywhere");
    entry.packets = 0;
    assertTold("lost anywhere");
  }

  @Test
  void shouldOnlyCountMalformedPackets() throws IOException {
    entry.reason = MALFORMED;
    assertTold();
    entry.reason = FIREWALL;
    entry.ipVersion = 0;
    assertTold();
    assertEquals(6, counters.get(AgentCounter.PACKETS_MALFORMED));
    assertEquals(0, counters.get(AgentCounter.DROPS_OF_NO_PORT));
  }

  @Test
  void shouldTellWhoLacksDropsThatFoundNoPlace() throws IOException {
    entry.overflow = true;
    assertTold("3 lost at 1", "3 lost at 2");
    between(11, 0).assertTold("3 lost at 1");
    between(0, BRIDGE).assertTold("lost anywhere");
    assertEquals(9, counters.get(AgentCounter.DROPS_UNTOLD));
  }
}
