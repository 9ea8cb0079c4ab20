package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordDictionaryTest {
  private static final LoggingPort FULL =
      new LoggingPort(
          "tap1a2b3c4d-5e",
          "1a2b3c4d-5e6f-4000-8000-000000000001",
          "fa:16:3e:00:00:01",
          List.of("10.0.0.5", "2001:db8::5"),
          "vm",
          "subnet",
          "네트워크",
          "project",
          "instance",
          "owner");
  private static final LoggingPort BARE =
      new LoggingPort(null, "p", null, List.of(), null, null, null, null, null, null);

  @Test
  void shouldGiveBackEveryFieldOfAPort() throws IOException {
    for (LoggingPort port : List.of(FULL, BARE)) {
      RecordDictionary written = new RecordDictionary();
      written.define(3, port);
      RecordDictionary read = new RecordDictionary();
      read.decode(41, ByteBuffer.wrap(written.encode(3)));
      assertEquals(port, read.get(41));
      assertEquals(42, read.size());
      assertNull(read.find(3));
    }
  }

  @Test
  void shouldRefuseEveryCutOfAPort() {
    RecordDictionary ports = new RecordDictionary();
    ports.define(0, FULL);
    byte[] encoded = ports.encode(0);
    for (int length = 0; length < encoded.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
      assertThrows(IOException.class, () -> ports.decode(1, cut));
    }
    ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(encoded, encoded.length + 1));
    assertThrows(IOException.class, () -> ports.decode(1, longer));
    assertNull(ports.find(1));
  }

  @Test
  void shouldNeverThrowAnythingElseOnRandomBytes() {
    Random random = new Random(20260101);
    RecordDictionary ports = new RecordDictionary();
    ports.define(0, FULL);
    byte[] good = ports.encode(0);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        ports.decode(1, ByteBuffer.wrap(bytes));
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "damage must be noticed: " + refused);
  }

  @Test
  void shouldRefuseANumberThatWouldCostMemory() {
    RecordDictionary ports = new RecordDictionary();
    ports.define(0, BARE);
    byte[] encoded = ports.encode(0);
    for (int number : new int[] {-1, RecordDictionary.PORT_INDEX_MAX + 1, Integer.MAX_VALUE}) {
      assertThrows(IOException.class, () -> ports.decode(number, ByteBuffer.wrap(encoded)));
      assertThrows(IllegalArgumentException.class, () -> ports.define(number, BARE));
    }
  }
}
