package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.bridge.RingShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingBudgetTest {
  private final RingBudget budget = new RingBudget(CaptureConfig.defaults().rings());

  @Test
  void shouldHaveARingForEachOfFiveHundredPorts() throws IOException {
    long totalBytes = budget.freeBytes();
    long takenBytes = 0;
    int previous = Integer.MAX_VALUE;
    for (int i = 0; i < 500; i++) {
      RingShape shape = budget.take("tap" + i);
      assertTrue(shape.ringBytes() <= previous && shape.blocks() >= 4, shape.toString());
      previous = shape.ringBytes();
      takenBytes += previous;
    }

    assertEquals(totalBytes, takenBytes + budget.freeBytes());
  }

  @Test
  void shouldGiveTheFirstPortsLargeRings() throws IOException {
    assertEquals(8 << 20, budget.take("tap1").ringBytes());
  }

  @Test
  void shouldTakeRingsBack() throws IOException {
    long totalBytes = budget.freeBytes();
    for (int i = 0; i < 2_000; i++) {
      List<RingShape> shapes = new ArrayList<>();
      for (int j = 0; j < i % 5; j++) {
        shapes.add(budget.take("tap" + j));
      }
      shapes.forEach(budget::giveBack);
    }

    assertEquals(totalBytes, budget.freeBytes());
  }

  @Test
  void shouldSayWhatToDoWhenNothingIsLeft() throws IOException {
    RingBudget small = new RingBudget(new RingSettings(1 << 20, 1 << 18));
    small.take("tap1");

    IOException failure = assertThrows(IOException.class, () -> small.take("tap2"));

    assertEquals(
        "interface tap2: no memory for its packet ring, 1 others have it: raise"
            + " capture.ring_bytes",
        failure.getMessage());
  }
}
