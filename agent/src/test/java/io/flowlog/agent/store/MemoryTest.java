package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stores files that are larger than the memory of the process that stores them. */
@Timeout(300)
class MemoryTest {
  private static final long FILE_BYTES =
      (200L << 20) * Math.min(10, Long.getLong("flowlog.soak", 1));

  @TempDir Path temporary;
  private @Nullable ObsFixture fixture;

  @BeforeEach
  void makeContainer() {
    fixture = new ObsFixture(temporary);
  }

  private ObsFixture obs() {
    return Objects.requireNonNull(fixture);
  }

  @Test
  void shouldBringALargeFileToSwift() throws Exception {
    assertBrings("SWIFT", FILE_BYTES);
  }

  @Test
  void shouldBringALargeFileToS3() throws Exception {
    assertBrings("S3", FILE_BYTES);
  }

  @Test
  void shouldBringALargeFileToS3InParts() throws Exception {
    assertBrings("S3", FILE_BYTES / 3);
  }

  /** The process sees to it itself that the store has the right bytes: they confirm each other. */
  private void assertBrings(String protocol, long segmentBytes) throws Exception {
    Path file = temporary.resolve("large");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(FILE_BYTES);
      large.writeInt(42);
    }
    Process child =
        new ProcessBuilder(
                List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-Xmx64m",
                    "-XX:MaxDirectMemorySize=16m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    MemoryTestChild.class.getName(),
                    protocol,
                    obs().identity(obs().owner).url() + "",
                    obs().owner.name(),
                    obs().owner.projectId(),
                    obs().secret(obs().owner.password()).file().toString(),
                    obs().cloud.storageUrl(obs().owner, ObsFixture.CONTAINER, "a").toString(),
                    Long.toString(segmentBytes),
                    file.toString()))
            .redirectErrorStream(true)
            .start();
    String words = output(child);
    assertEquals("stored and deleted\n", words);
    assertEquals(0, child.exitValue());
    assertEquals(List.of(), obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  private static String output(Process child) throws IOException, InterruptedException {
    try {
      String words = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      child.waitFor(10, TimeUnit.SECONDS);
      return words;
    } finally {
      child.destroyForcibly();
    }
  }
}
