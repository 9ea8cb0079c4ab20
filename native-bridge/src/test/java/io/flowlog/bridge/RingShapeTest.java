package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingShapeTest {
  @Test
  void shouldKnowItsSize() {
    assertEquals(1 << 18, new RingShape(1 << 16, 4, 256, 60).ringBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "8192, 4, 256, 60",
    "100000, 4, 256, 60",
    "8388608, 4, 256, 60",
    "65536, 1, 256, 60",
    "65536, 20000, 256, 60",
    "65536, 4, 0, 60",
    "65536, 4, 40000, 60",
    "65536, 4, 256, 59",
    "65536, 4, 256, 10001"
  })
  void shouldRefuseWhatCannotWork(int blockBytes, int blocks, int snapBytes, int blockTimeoutMs) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new RingShape(blockBytes, blocks, snapBytes, blockTimeoutMs));
  }
}
