package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.metrics.CounterSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureFileSourceTest {
  @TempDir Path directory;

  @Test
  void shouldSayThatThereIsNoSuchFile() {
    Failures.assertRefused(directory.resolve("none"), "no such file: check the path");
  }

  @Test
  void shouldRefuseADirectory() {
    Failures.assertRefused(directory, "is a directory: name the capture files in it");
  }

  @Test
  void shouldRefuseAnEmptyFile() throws IOException {
    Path file = Files.createFile(directory.resolve("empty"));
    Failures.assertRefused(file, "is empty: not even a file header");
  }

  @Test
  void shouldSayWhyTheSystemRefused() {
    Path file = Path.of("/captures/a.pcap");
    Failures.assertLine(
        CaptureFileException.unopened(file, new AccessDeniedException("/captures/a.pcap")),
        "/captures/a.pcap: permission denied: make it readable for this user");
    Failures.assertLine(
        CaptureFileException.unopened(
            file, new FileSystemException("/captures/a.pcap", null, "Too many open files")),
        "/captures/a.pcap: cannot be opened: Too many open files");
    Failures.assertLine(
        CaptureFileException.unread(file, 77, new IOException("Input/output error")),
        "/captures/a.pcap: cannot be read at offset 77: Input/output error");
  }

  @Test
  void shouldSayWhatAFileLooksLikeThatIsNoCapture() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    new GZIPOutputStream(zipped).close();
    assertLooksLike("gzip: unpack it first (gunzip)", zipped.toByteArray());
    assertLooksLike("zip: unpack it first (unzip)", bytes("504b030414000000"));
    assertLooksLike("zstd: unpack it first (unzstd)", bytes("28b52ffd2468"));
    assertLooksLike("xz: unpack it first (unxz)", bytes("fd377a585a000004"));
    assertLooksLike(
        "text: give a pcap or pcapng file", "id,name\n".getBytes(StandardCharsets.UTF_8));
    assertLooksLike("text: give a pcap or pcapng file", bytes("61"));
    Path file = Files.write(directory.resolve("x"), bytes("a1b2c3d5000100020003"));
    Failures.assertRefused(
        file, "not a capture file: it begins with the bytes a1b2c3d500010002: give a pcap");
  }

  private void assertLooksLike(String kind, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve("strange"), content);
    Failures.assertRefused(file, "not a capture file: it looks like " + kind);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void shouldReadFromAPipe() throws Exception {
    Path pipe = directory.resolve("pipe");
    Path file = directory.resolve("made.pcap");
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 101)) {
      for (int i = 0; i < 5_000; i++) {
        writer.write(
            i, FrameBuilder.raw().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(i % 99));
      }
    }
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Process feeder =
        new ProcessBuilder("sh", "-c", "cat \"$0\" >\"$1\"", file.toString(), pipe.toString())
            .start();
    try (CaptureFileSource source =
        CaptureFileSource.open(pipe, ReplayContext.withoutPorts(), new CounterSet())) {
      List<SeenFrame> frames = SeenFrame.allOf(source);

      assertEquals(5_000, frames.size());
      assertEquals(4_999, frames.get(4_999).timestampNs());
      assertEquals(Files.size(file), source.positionBytes());
      assertEquals(CaptureFileSource.SIZE_UNKNOWN, source.sizeBytes());
    }
    assertEquals(0, feeder.waitFor());
  }

  @Test
  void shouldReadStandardInput() throws Exception {
    Path file = directory.resolve("made.pcap");
    try (OutputStream out = Files.newOutputStream(file)) {
      new CaptureFileWriter(out, CaptureFileWriter.Header.microseconds(101))
          .write(3_000, FrameBuilder.raw().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2));
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process reader =
        new ProcessBuilder(
                "sh",
                "-c",
                "cat \"$0\" | \"$1\" -cp \"$2\" \"$3\"",
                file.toString(),
                java,
                System.getProperty("java.class.path"),
                StandardInputReader.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("1 frames, the last at 3000 ns\n", printed);
  }

  /** Reads a capture from its standard input, as a program of its own. */
  static final class StandardInputReader {
    private StandardInputReader() {}

    public static void main(String[] arguments) throws IOException {
      try (CaptureFileSource source =
          CaptureFileSource.open(
              Path.of("/dev/stdin"), ReplayContext.withoutPorts(), new CounterSet())) {
        List<SeenFrame> frames = SeenFrame.allOf(source);
        long lastNs = frames.get(frames.size() - 1).timestampNs();
        System.out.print(frames.size() + " frames, the last at " + lastNs + " ns\n");
      }
    }
  }
}
