package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StoreException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StorageProbeTest {
  private static final UUID ID = new UUID(0x4000, 1);
  private static final String NAME = ".flowlog-probe_" + ID + "_node-7";

  private final StorageProbe probe = new StorageProbe("node-7");
  private final Store store = new Store();

  /** Remembers what it was asked for. */
  private static final class Store implements ObjectStore {
    private final List<String> asked = new ArrayList<>();
    private @Nullable StoreException putFailure;
    private @Nullable StoreException deleteFailure;

    @Override
    public void put(SealedFile file) {
      throw new AssertionError("a probe is no file");
    }

    @Override
    public void putEmpty(ObjectKey key) throws StoreException {
      asked.add("put " + key);
      if (putFailure != null) {
        throw putFailure;
      }
    }

    @Override
    public void delete(ObjectKey key) throws StoreException {
      asked.add("delete " + key);
      if (deleteFailure != null) {
        throw deleteFailure;
      }
    }
  }

  @Test
  void shouldWriteAnEmptyObjectAndDeleteItAgain() throws StoreException {
    assertNull(probe.run(ID, store));
    assertEquals(List.of("put " + NAME, "delete " + NAME), store.asked);
  }

  @Test
  void shouldFailOnlyIfItCannotBeWritten() throws StoreException {
    StoreException refusal = new StoreException(Code.FORBIDDEN, "403", null);
    store.deleteFailure = refusal;
    assertSame(refusal, probe.run(ID, store));
    store.putFailure = refusal;
    assertSame(refusal, assertThrows(StoreException.class, () -> probe.run(ID, store)));
    assertEquals(List.of("put " + NAME, "delete " + NAME, "put " + NAME), store.asked);
  }
}
