package io.flowlog.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file that a person wrote: UTF-8 of bounded size. */
final class TextFile {
  static final int BYTES_MAX = 1 << 20;
  private static final int BYTE_ORDER_MARK = 0xfeff;

  private TextFile() {}

  /** Returns the file's text, without a byte order mark. */
  static String read(Path file) throws ProblemException {
    byte[] bytes;
    if (Files.isDirectory(file)) {
      throw problem(file, 0, "is a directory", "name a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      // Not by its size: that of a device or a pipe is 0.
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw new ProblemException(unreadable(file, e));
    }
    if (bytes.length > BYTES_MAX) {
      throw problem(
          file, 0, "is larger than " + BYTES_MAX + " bytes", "split it, or check the path");
    }
    return decode(file, bytes);
  }

  /** Returns what to tell about a file or directory that cannot be read. */
  static Problem unreadable(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new Problem(file.toString(), 0, "", "no such file", "check the path");
    }
    if (e instanceof AccessDeniedException) {
      return new Problem(
          file.toString(), 0, "", "permission denied", "let the agent's user read it");
    }
    return new Problem(
        file.toString(),
        0,
        "",
        "cannot be read (" + reasonOf(e) + ")",
        "check the file and its disk");
  }

  /** Returns why a file cannot be read, in words. */
  static String reasonOf(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return String.valueOf(reason);
  }

  private static String decode(Path file, byte[] bytes) throws ProblemException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw problem(
          file, line, "is not UTF-8 at byte " + in.position(), "save the file as UTF-8 text");
    }
    out.flip();
    if (out.hasRemaining() && out.get(0) == BYTE_ORDER_MARK) {
      out.get();
    }
    return out.toString();
  }

  private static ProblemException problem(Path file, int line, String what, String remedy) {
    return new ProblemException(new Problem(file.toString(), line, "", what, remedy));
  }
}
