package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.SmallDisk;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest extends ObjectStoreContract {
  @TempDir Path temporary;

  private Path root() {
    return temporary.resolve("not made yet/out");
  }

  @Override
  protected ObjectStore store() {
    return new DirectoryStore(root());
  }

  @Override
  protected byte @Nullable [] stored(String key) throws IOException {
    return read(root().resolve(key));
  }

  private static byte @Nullable [] read(Path path) throws IOException {
    return Files.exists(path) ? Files.readAllBytes(path) : null;
  }

  @Test
  void shouldNotCopyOnTheSameFileSystem() throws IOException {
    SealedFile file = sealed(KEY, bytes("content"));
    store().put(file);
    assertEquals(
        Files.getAttribute(file.path(), "unix:ino"),
        Files.getAttribute(root().resolve(KEY), "unix:ino"));
  }

  @Test
  void shouldLeaveNothingButTheObject() throws IOException {
    SealedFile file = sealed(KEY, bytes("content"));
    store().put(file);
    store().put(file);
    assertEquals(List.of(root().resolve(KEY)), filesBelow(root()));
  }

  @Test
  void shouldRefuseKeysThatLeaveTheRoot() throws IOException {
    for (String key : List.of("../x", "a/../../x", "/etc/x", "a//x", "a/", "./x", "a/..", ".")) {
      SealedFile file = sealed(key, bytes("content"));
      StoreException e = assertThrows(StoreException.class, () -> store().put(file));
      assertEquals(Code.KEY_REFUSED, e.code(), key);
    }
    assertEquals(List.of(), filesBelow(temporary));
  }

  @Test
  void shouldRefuseFoldersThatLeadOutOfTheRoot() throws IOException {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    Files.createDirectories(root());
    Files.createSymbolicLink(root().resolve("2026"), outside);
    SealedFile file = sealed(KEY, bytes("content"));
    StoreException e = assertThrows(StoreException.class, () -> store().put(file));
    assertEquals(Code.KEY_REFUSED, e.code());
    assertEquals(List.of(), filesBelow(outside));
  }

  @Test
  void shouldFollowLinksThatStayBelowTheRoot() throws IOException {
    Files.createDirectories(root().resolve("years/2026"));
    Files.createSymbolicLink(root().resolve("2026"), Path.of("years/2026"));
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), read(root().resolve("years").resolve(KEY)));
  }

  @Test
  void shouldReplaceALinkRatherThanWriteThroughIt() throws IOException {
    Path outside = Files.write(temporary.resolve("outside"), bytes("untouched"));
    Files.createDirectories(root());
    Files.createSymbolicLink(root().resolve("object"), outside);
    store().put(sealed("object", bytes("content")));
    assertArrayEquals(bytes("content"), stored("object"));
    assertArrayEquals(bytes("untouched"), read(outside));
  }

  @Test
  void shouldRefuseToReplaceADirectory() throws IOException {
    Files.createDirectories(root().resolve("folder/inner"));
    SealedFile file = sealed("folder", bytes("content"));
    StoreException e = assertThrows(StoreException.class, () -> store().put(file));
    assertEquals(Code.KEY_REFUSED, e.code());
  }

  @Test
  void shouldCopyToAnotherFileSystemAndSurviveItsBeingFull() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"))) {
      ObjectStore store = new DirectoryStore(disk.folder());
      store.put(sealed("object", bytes("old")));
      disk.fill();
      SealedFile file = sealed("object", new byte[100_000]);
      StoreException e = assertThrows(StoreException.class, () -> store.put(file));
      assertEquals(Code.FULL, e.code(), e.getMessage());
      assertArrayEquals(bytes("old"), read(disk.folder().resolve("object")));
      disk.makeRoom();
      assertEquals(List.of(disk.folder().resolve("object")), filesBelow(disk.folder()));
      store.put(file);
      assertArrayEquals(new byte[100_000], read(disk.folder().resolve("object")));
    }
  }

  @Test
  void shouldSayThatItMayNotWrite() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"))) {
      disk.makeReadOnly();
      SealedFile file = sealed(KEY, bytes("content"));
      ObjectStore store = new DirectoryStore(disk.folder());
      StoreException e = assertThrows(StoreException.class, () -> store.put(file));
      assertEquals(Code.FORBIDDEN, e.code(), e.getMessage());
      assertNull(read(disk.folder().resolve(KEY)));
    }
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(p -> !Files.isDirectory(p)).sorted().toList();
    }
  }
}
