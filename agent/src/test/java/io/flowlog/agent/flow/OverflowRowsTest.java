package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OverflowRowsTest {
  private final OverflowRows rows = new OverflowRows();

  /** First time, last time, packets, bytes by direction, protocol and port. */
  private final Map<List<Integer>, long[]> model = new HashMap<>();

  private int exactRows;

  @Test
  void shouldAddUpExactlyAndThenWithoutPorts() {
    Random random = new Random(8);
    for (int round = 0; round < 20; round++) {
      int ports = random.nextInt(500) + 1;
      for (int step = 0; step < 3000; step++) {
        int port = random.nextInt(8) == 0 ? random.nextInt(65_536) : random.nextInt(ports);
        add(random.nextInt(3), random.nextInt(256), port, random.nextInt(1000), random.nextInt(3));
      }
      expectModel();
      rows.clear();
      model.clear();
      exactRows = 0;
    }
  }

  @Test
  void shouldHaveRoomForEveryProtocolInEveryDirection() {
    for (int direction = 0; direction < 3; direction++) {
      for (int protocol = 0; protocol < 256; protocol++) {
        for (int dropPoint = 0; dropPoint < 2; dropPoint++) {
          add(direction, protocol, 65_535, 1, dropPoint);
          add(direction, protocol, 0, 1, dropPoint);
        }
      }
    }
    expectModel();
    assertEquals(OverflowRows.EXACT_MAX + 2 * 3 * 256 - 128, rows.size());
  }

  private void add(int direction, int protocol, int port, long timestampNs, int dropPoint) {
    int verdict = Math.min(dropPoint, 1);
    List<Integer> key = List.of(direction, protocol, port, verdict);
    if (!model.containsKey(key)) {
      if (exactRows < OverflowRows.EXACT_MAX) {
        exactRows++;
      } else {
        key = List.of(direction, protocol, OverflowRows.ANY_PORT, verdict);
      }
    }
    long[] sums = model.computeIfAbsent(key, any -> new long[] {Long.MAX_VALUE, 0, 0, 0});
    sums[0] = Math.min(sums[0], timestampNs);
    sums[1] = Math.max(sums[1], timestampNs);
    sums[2] += 3;
    sums[3] += 100;
    SideCounts added = new SideCounts();
    added.firstNs = timestampNs;
    added.lastNs = timestampNs;
    added.packets = 3;
    added.bytes = 100;
    added.dropPoint = dropPoint;
    rows.add(direction, protocol, port, added);
  }

  private void expectModel() {
    List<List<Integer>> seen = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      List<Integer> key =
          List.of(
              rows.direction(row),
              rows.protocol(row),
              rows.destinationPort(row),
              Math.min(1, rows.dropPoint(row)));
      long[] sums = model.getOrDefault(key, new long[4]);
      assertEquals(sums[0], rows.firstNs(row));
      assertEquals(sums[1], rows.lastNs(row));
      assertEquals(sums[2], rows.packets(row));
      assertEquals(sums[3], rows.bytes(row));
      seen.add(key);
    }
    assertEquals(model.size(), seen.size());
    assertTrue(seen.containsAll(model.keySet()));
  }
}
