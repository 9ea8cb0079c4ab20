package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every object store does. A subclass says which store, and looks into it. */
abstract class ObjectStoreContract {
  protected static final String KEY = "2026/01/02/id_2026-01-02T03:04:05_host_part1.csv";

  @TempDir Path spoolFolder;
  private int files;

  /** Returns the store, the same one for all calls of a test. */
  protected abstract ObjectStore store() throws IOException;

  /** Returns what is stored under a key, or null. */
  protected abstract byte @Nullable [] stored(String key) throws IOException;

  protected final SealedFile sealed(String key, byte[] content) throws IOException {
    Path path = Files.write(spoolFolder.resolve(files++ + ".data"), content);
    return new SealedFile(new UUID(1, 2), 0, 1, 1, content.length, path, new ObjectKey(key));
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldHoldAFileUnderItsKey() throws IOException {
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldKeepObjectsApart() throws IOException {
    store().put(sealed(KEY, bytes("one")));
    store().put(sealed(KEY + "2", bytes("two")));
    assertArrayEquals(bytes("one"), stored(KEY));
    assertArrayEquals(bytes("two"), stored(KEY + "2"));
  }

  @Test
  void shouldReplaceAnObjectWhole() throws IOException {
    store().put(sealed(KEY, bytes("a long first content")));
    store().put(sealed(KEY, bytes("second")));
    assertArrayEquals(bytes("second"), stored(KEY));
  }

  @Test
  void shouldStoreTheSameFileAgain() throws IOException {
    SealedFile file = sealed(KEY, bytes("content"));
    store().put(file);
    store().put(file);
    assertArrayEquals(bytes("content"), stored(KEY));
    assertArrayEquals(bytes("content"), Files.readAllBytes(file.path()), "the spool's own stays");
  }

  @Test
  void shouldStoreLargeAndEmptyFiles() throws IOException {
    byte[] large = new byte[3_000_000];
    new Random(1).nextBytes(large);
    store().put(sealed(KEY, large));
    store().put(sealed(KEY + "2", new byte[0]));
    assertArrayEquals(large, stored(KEY));
    assertArrayEquals(new byte[0], stored(KEY + "2"));
  }

  @Test
  void shouldTakeKeysOfReservedAndForeignCharacters() throws IOException {
    for (String key : new String[] {"year=2026/a b+c%20d#e?f&g.csv", "é/네트워크.csv", "plain"}) {
      store().put(sealed(key, bytes(key)));
      assertArrayEquals(bytes(key), stored(key));
    }
  }

  @Test
  void shouldKeepTheOldObjectWhenAFileCannotBeRead() throws IOException {
    store().put(sealed(KEY, bytes("old")));
    SealedFile gone = sealed(KEY, bytes("new"));
    Files.delete(gone.path());
    StoreException e = assertThrows(StoreException.class, () -> store().put(gone));
    assertTrue(String.valueOf(e.getMessage()).contains(KEY), e.getMessage());
    assertEquals(StoreException.Code.UNAVAILABLE, e.code());
    assertArrayEquals(bytes("old"), stored(KEY));
  }

  @Test
  void shouldStoreAnEmptyObjectAndTakeItAwayAgain() throws IOException {
    ObjectKey probe = new ObjectKey(".flowlog-probe_1_host");
    store().putEmpty(probe);
    assertArrayEquals(new byte[0], stored(probe.text()));
    store().putEmpty(probe);
    store().delete(probe);
    assertNull(stored(probe.text()));
    store().delete(probe);
  }
}
