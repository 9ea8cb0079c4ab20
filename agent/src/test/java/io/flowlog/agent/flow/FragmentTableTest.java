package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FragmentTableTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long START_NS = 1_700_000_000L * SECOND_NS;

  private final FragmentTable table = new FragmentTable(new KeyedHash(6));
  private final PacketBatch batch = new PacketBatch(1);
  private final PacketMaker packet = new PacketMaker();

  private long[] words(long identification, double seconds) {
    packet.protocol = 17;
    packet.sequence = identification;
    packet.timestampNs = START_NS + Math.round(seconds * SECOND_NS);
    batch.clear();
    packet.appendTo(batch);
    return batch.words();
  }

  private void first(long identification, int sourcePort, double seconds) {
    packet.sourcePort = sourcePort;
    table.remember(words(identification, seconds), 0);
    packet.sourcePort = 0;
  }

  private long later(long identification, double seconds) {
    long ports = table.find(words(identification, seconds), 0);
    return ports == FragmentTable.NOT_FOUND ? ports : PacketBatch.sourcePortOf(ports);
  }

  @Test
  void shouldFindThePortsOfTheFirstFragment() {
    first(1, 1000, 0);

    assertEquals(1000, later(1, 0));
    assertEquals(1000, later(1, 59.999));
    assertEquals(FragmentTable.NOT_FOUND, later(2, 0));
  }

  @Test
  void shouldTellDatagramsApartByAllThatFragmentsShare() {
    first(1, 1000, 0);
    List<Consumer<PacketMaker>> changes =
        List.of(
            any -> any.sourceHigh++,
            any -> any.sourceLow++,
            any -> any.destinationHigh++,
            any -> any.destinationLow++);
    for (Consumer<PacketMaker> change : changes) {
      change.accept(packet);
      assertEquals(FragmentTable.NOT_FOUND, later(1, 0));
      packet.sourceHigh = 0;
      packet.sourceLow = 0;
      packet.destinationHigh = 0;
      packet.destinationLow = 0;
    }
    long[] otherProtocol = words(1, 0);
    otherProtocol[PacketBatch.KEY] ^= 1L << 24;
    assertEquals(FragmentTable.NOT_FOUND, table.find(otherProtocol, 0));
    assertEquals(1000, later(1, 0));
  }

  @Test
  void shouldForgetDatagramsThatNobodyWaitsForAnyMore() {
    first(1, 1000, 0);

    assertEquals(FragmentTable.NOT_FOUND, later(1, 60.001));
  }

  @Test
  void shouldKeepThePortsWhenAnotherFirstFragmentOverlaps() {
    first(1, 1000, 0);
    first(1, 2000, 1.999);
    assertEquals(1000, later(1, 2));

    first(1, 3000, 2);
    assertEquals(3000, later(1, 2));
  }

  @Test
  void shouldRememberAFewHundredDatagramsAndForgetTheOldestOfAFlood() {
    for (int datagram = 0; datagram < 10_000; datagram++) {
      first(datagram, 1 + datagram, datagram * 1e-3);
    }
    int remembered = 0;
    for (int datagram = 0; datagram < 10_000; datagram++) {
      long ports = later(datagram, 10);
      assertTrue(ports == FragmentTable.NOT_FOUND || ports == 1 + datagram);
      remembered += ports == FragmentTable.NOT_FOUND ? 0 : 1;
    }
    assertEquals(256, remembered);
    assertEquals(10_000, later(9_999, 10));
  }
}
