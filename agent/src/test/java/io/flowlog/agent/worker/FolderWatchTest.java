package io.flowlog.agent.worker;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Real folders; the clock moves when the test says so. */
class FolderWatchTest {
  private static final long MILLI_NS = 1_000_000;

  /** So often a test looks whether the kernel has told of something, at most. */
  private static final int LOOKS_MAX = 6000;

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

  @TempDir Path root = Path.of("");
  private Path folder = Path.of("");
  private final LoggedEvents events = new LoggedEvents();
  private final List<FolderWatch> watches = new ArrayList<>();
  private long nowNs = Long.MAX_VALUE - 300 * MILLI_NS;

  /** Something that is done to a folder or its files. */
  @FunctionalInterface
  private interface Change {
    void in(Path folder) throws IOException;
  }

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(root.resolve("loggers.d"));
  }

  @AfterEach
  void close() throws IOException {
    for (FolderWatch watch : watches) {
      watch.close();
    }
  }

  private FolderWatch watch(Path... paths) {
    FolderWatch watch = FolderWatch.of(List.of(paths), nowNs, events.log());
    watches.add(watch);
    return watch;
  }

  /** Waits for the kernel to tell of something, while the clock stands still. */
  private void await(FolderWatch watch, long noticed) throws Exception {
    for (int look = 0; watch.noticed() < noticed; look++) {
      assertTrue(look < LOOKS_MAX, "nothing is noticed");
      assertFalse(watch.changed(nowNs), "told before the quiet time");
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  /** Moves the clock until a change is told; whatever belongs to it has come by then. */
  private void awaitChange(FolderWatch watch) throws Exception {
    for (int look = 0; ; look++) {
      assertTrue(look < LOOKS_MAX, "no change is told");
      nowNs += 250 * MILLI_NS;
      if (watch.changed(nowNs)) {
        return;
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldNoticeWhatHappensToAFile() {
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("created", in -> Files.createFile(in.resolve("new.yaml")));
    changes.put("made longer", in -> Files.writeString(in.resolve("a.yaml"), "b", APPEND));
    changes.put("emptied", in -> Files.writeString(in.resolve("a.yaml"), ""));
    changes.put("deleted", in -> Files.delete(in.resolve("a.yaml")));
    changes.put("renamed", in -> Files.move(in.resolve("a.yaml"), in.resolve("b.yaml")));
    changes.put("moved away", in -> Files.move(in.resolve("a.yaml"), root.resolve("away.yaml")));
    changes.put("moved here", in -> Files.move(root.resolve("outside"), in.resolve("b.yaml")));
    changes.put(
        "replaced by an editor",
        in ->
            Files.move(
                Files.writeString(in.resolve(".a.yaml.tmp"), "b"),
                in.resolve("a.yaml"),
                ATOMIC_MOVE,
                REPLACE_EXISTING));
    changes.put(
        "made readable",
        in ->
            Files.setPosixFilePermissions(
                in.resolve("a.yaml"), PosixFilePermissions.fromString("rw-r--r--")));
    changes.put(
        "exchanged through a link",
        in ->
            Files.createSymbolicLink(
                in.resolve("..data"), Files.createDirectory(in.resolve("..1"))));
    return changes.entrySet().stream()
        .map(change -> DynamicTest.dynamicTest(change.getKey(), () -> notices(change)));
  }

  private void notices(Map.Entry<String, Change> change) throws Exception {
    Path own = Files.createDirectory(root.resolve(change.getKey()));
    Files.writeString(own.resolve("a.yaml"), "a");
    Files.writeString(root.resolve("outside"), "a");
    FolderWatch watch = watch(folder, own);
    assertFalse(watch.changed(nowNs));
    change.getValue().in(own);
    await(watch, 1);
    assertFalse(watch.changed(nowNs + 199 * MILLI_NS));
    awaitChange(watch);
  }

  @Test
  void shouldNotNoticeWhatEditorsWriteBesideAFile() throws Exception {
    FolderWatch watch = watch(folder);
    for (String name : List.of(".a.yaml.swp", "a.yaml~", "a.yaml.tmp", ".a.yaml", "b.swp")) {
      Files.writeString(folder.resolve(name), "a");
      Files.delete(folder.resolve(name));
    }
    Files.createFile(folder.resolve("a.yaml"));
    await(watch, 1);
    assertEquals(1, watch.noticed());
    awaitChange(watch);
    assertEquals(1, watch.noticed());
  }

  @Test
  void shouldMakeOneChangeOfABurst() throws Exception {
    FolderWatch watch = watch(folder);
    for (int i = 0; i < 100; i++) {
      Files.createFile(folder.resolve(i + ".yaml"));
    }
    await(watch, 100);
    nowNs += 200 * MILLI_NS;
    assertTrue(watch.changed(nowNs));
    nowNs += 60_000 * MILLI_NS;
    assertFalse(watch.changed(nowNs));
  }

  @Test
  void shouldTellOfABurstThatDoesNotEnd() throws Exception {
    FolderWatch watch = watch(folder);
    for (int i = 0; i < 10; i++) {
      Files.createFile(folder.resolve(i + ".yaml"));
      await(watch, i + 1L);
      nowNs += 199 * MILLI_NS;
    }
    Files.createFile(folder.resolve("last.yaml"));
    await(watch, 11);
    nowNs += 10 * MILLI_NS;
    assertTrue(watch.changed(nowNs));
  }

  @Test
  void shouldNoticeAFolderThatComesLater() throws Exception {
    Path later = root.resolve("ports.d");
    FolderWatch watch = watch(later);
    nowNs += 60_000 * MILLI_NS;
    assertFalse(watch.changed(nowNs));
    Files.createFile(later); // of that name, but no folder
    nowNs += 60_000 * MILLI_NS;
    assertFalse(watch.changed(nowNs));
    Files.delete(later);
    Files.createDirectory(later);
    awaitChange(watch);
    assertEquals(1, watch.noticed());
    Files.createFile(later.resolve("a.yaml"));
    await(watch, 2);
    assertEquals(List.of(), events.lines());
  }

  @Test
  void shouldNoticeAFolderThatGoesAndComesAgain() throws Exception {
    FolderWatch watch = watch(folder);
    Files.delete(folder);
    awaitChange(watch);
    Files.createDirectory(folder);
    awaitChange(watch);
    long before = watch.noticed();
    Files.createFile(folder.resolve("a.yaml"));
    await(watch, before + 1);
    awaitChange(watch);
  }

  @Test
  void shouldFollowTheNameWhenAFolderIsReplaced() throws Exception {
    FolderWatch watch = watch(folder);
    Path old = Files.move(folder, root.resolve("old"));
    Files.createDirectory(folder);
    awaitChange(watch);
    assertEquals(1, watch.noticed());
    Files.createFile(old.resolve("a.yaml"));
    Files.createFile(folder.resolve("a.yaml"));
    await(watch, 2);
    awaitChange(watch);
    assertEquals(2, watch.noticed());
  }

  @Test
  void shouldTellThatThereWasTooMuchToTell() throws Exception {
    FolderWatch watch = watch(folder);
    for (int round = 0; watch.noticed() == 0; round++) {
      assertTrue(round < 50, "never too much");
      for (int i = 0; i < 1000; i++) {
        Files.createFile(folder.resolve(round + "-" + i + ".tmp"));
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
      assertFalse(watch.changed(nowNs));
    }
    awaitChange(watch);
  }

  @Test
  void shouldGoOnWhenTheHostHasNoWatchLeftAndTryAgain() throws Exception {
    List<IOException> refusals = new ArrayList<>(List.of(new IOException("User limit reached")));
    FolderWatch watch =
        new FolderWatch(
            List.of(folder),
            nowNs,
            events.log(),
            () -> {
              if (!refusals.isEmpty()) {
                throw refusals.remove(0);
              }
              return FileSystems.getDefault().newWatchService();
            });
    watches.add(watch);
    assertEquals(
        List.of(
            "warning: "
                + folder
                + ": changes are not noticed: User limit reached: raise the sysctls"
                + " fs.inotify.max_user_instances and max_user_watches; until then 'systemctl"
                + " reload flowlog-agent' has them read"),
        events.lines());
    assertFalse(watch.changed(nowNs));
    awaitChange(watch);
    Files.createFile(folder.resolve("a.yaml"));
    await(watch, 2);
  }

  @Test
  void shouldSayWhenItMayNotReadAFolder() {
    watches.add(
        new FolderWatch(
            List.of(folder),
            nowNs,
            events.log(),
            () -> {
              throw new AccessDeniedException(folder.toString());
            }));
    assertEquals(
        List.of(
            "warning: "
                + folder
                + ": changes are not noticed: permission denied: let the agent's user read the"
                + " folder; until then 'systemctl reload flowlog-agent' has them read"),
        events.lines());
  }

  @Test
  void shouldGiveBackWhatItHolds() throws Exception {
    long before = watchesOfKernel();
    FolderWatch watch = watch(folder, root);
    assertEquals(before + 1, watchesOfKernel());
    watch.close();
    for (int look = 0; watchesOfKernel() > before; look++) {
      assertTrue(look < LOOKS_MAX, "stays open");
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  private static long watchesOfKernel() throws IOException {
    long count = 0;
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (Files.isSymbolicLink(file) && readLink(file).contains("inotify")) {
          count++;
        }
      }
    }
    return count;
  }

  private static String readLink(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
