package io.flowlog.agent.capture.drops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.drops.DropEntry.Way;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as the kernel has them: bridge 10 with ports 1, 2, 3 and 300 at interfaces 11 to 14. */
class HostBridgesTest {
  private static final long MAC = 0x02_77_00_00_00_01L;
  private static final long MULTICAST = 0x0100_5e01_0203L;
  private static final long BROADCAST = 0xffff_ffff_ffffL;
  private static final long SECOND_NS = 1_000_000_000;

  @TempDir Path interfaces;
  private final DropBatch batch = new DropBatch();
  private long nowNs = 1_800_000_000L * SECOND_NS;

  @BeforeEach
  void build() throws IOException {
    write("bridge/brforward", "");
    write("bridge/bridge/vlan_filtering", "0");
    write("lo/ifindex", "1");
    int number = 1;
    for (int index = 11; index <= 14; index++) {
      String port = "bridge/brif/tap" + index;
      write("tap" + index + "/ifindex", Integer.toString(index));
      write(port + "/port_no", "0x" + Integer.toHexString(index == 14 ? 300 : number++));
      write(port + "/state", "3");
      write(port + "/isolated", "0");
      write(port + "/unicast_flood", "1");
      write(port + "/multicast_flood", "1");
    }
    DropEntry entry = batch.append();
    entry.copy = true;
    entry.inputInterface = 11;
    entry.outputInterface = 12;
    entry.destinationMac = MAC;
  }

  private void write(String name, String text) throws IOException {
    Path file = interfaces.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private void learn(long mac, int port, boolean local) throws IOException {
    ByteBuffer table = ByteBuffer.allocate(32);
    table.putLong(0, 0x02_99_00_00_00_01L << 16 | 1 << 8);
    table.putLong(16, mac << 16 | (port & 0xff) << 8 | (local ? 1 : 0));
    table.put(28, (byte) (port >>> 8));
    Files.write(interfaces.resolve("bridge/brforward"), table.array());
  }

  private void assertWay(Way way, int receivers) {
    nowNs += SECOND_NS;
    HostBridges bridges = new HostBridges(interfaces);
    bridges.startCollection(nowNs);
    bridges.mark(batch, nowNs);
    assertEquals(way, batch.last().way);
    assertEquals(receivers, batch.last().receivers);
  }

  @Test
  void shouldTellWhatWasFloodedToHowManyPorts() throws IOException {
    assertWay(Way.FLOODED, 3);
    learn(MAC, 2, true);
    assertWay(Way.FLOODED, 3);
    write("bridge/brif/tap13/unicast_flood", "0");
    assertWay(Way.FLOODED, 2);
    batch.last().destinationMac = MULTICAST;
    assertWay(Way.FLOODED, 3);
    write("bridge/brif/tap13/multicast_flood", "0");
    assertWay(Way.FLOODED, 2);
    batch.last().destinationMac = BROADCAST;
    assertWay(Way.FLOODED, 3);
    write("bridge/brif/tap13/state", "4");
    assertWay(Way.FLOODED, 2);
    write("bridge/brif/tap14/isolated", "1");
    assertWay(Way.FLOODED, 2);
    write("bridge/brif/tap11/isolated", "1");
    assertWay(Way.FLOODED, 1);
  }

  @Test
  void shouldTellWhereTheBridgeKnowsTheReceiverToBe() throws IOException {
    learn(MAC, 2, false);
    assertWay(Way.CHOSEN, 0);
    batch.last().outputInterface = 13;
    assertWay(Way.ELSEWHERE, 0);
    learn(MAC, 300, false);
    assertWay(Way.ELSEWHERE, 0);
    batch.last().outputInterface = 14;
    assertWay(Way.CHOSEN, 0);
    batch.last().destinationMac = MULTICAST;
    assertWay(Way.FLOODED, 3);
  }

  @Test
  void shouldTakeForChosenWhatSharesNoBytes() {
    batch.last().copy = false;
    assertWay(Way.CHOSEN, 0);
    batch.last().maybeCopy = true;
    assertWay(Way.FLOODED, 3);
    batch.last().routed = true;
    assertWay(Way.CHOSEN, 0);
  }

  @Test
  void shouldNotGuessWhereItCannotSee() throws IOException {
    batch.last().outputInterface = 15;
    assertWay(Way.UNKNOWN, 0);
    batch.last().outputInterface = 12;
    write("bridge/bridge/vlan_filtering", "1");
    assertWay(Way.UNKNOWN, 0);
    write("bridge/bridge/vlan_filtering", "0");
    Files.delete(interfaces.resolve("tap13/ifindex"));
    assertWay(Way.UNKNOWN, 0);
  }

  @Test
  void shouldReadAgainInTheNextCollection() throws IOException {
    HostBridges bridges = new HostBridges(interfaces);
    bridges.mark(batch, nowNs);
    learn(MAC, 2, false);
    bridges.mark(batch, nowNs);
    assertEquals(Way.FLOODED, batch.last().way);
    bridges.startCollection(nowNs + 1);
    bridges.mark(batch, nowNs + 1);
    assertEquals(Way.CHOSEN, batch.last().way);
    write("bridge/brif/tap12/port_no", "0x9");
    bridges.startCollection(nowNs + SECOND_NS);
    bridges.mark(batch, nowNs + SECOND_NS);
    assertEquals(Way.FLOODED, batch.last().way);
  }
}
