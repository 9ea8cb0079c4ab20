package io.flowlog.agent.capture.replay;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Says in one line which capture file cannot be read (further), where, why, and what to do. What
 * was readable before it has been delivered.
 */
public final class CaptureFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private CaptureFileException(String message) {
    super(message);
  }

  private CaptureFileException(String message, IOException cause) {
    super(message, cause);
  }

  /** The file as a whole is at fault. */
  static CaptureFileException of(Path file, String problem) {
    return new CaptureFileException(file + ": " + problem);
  }

  /** The bytes at that offset contradict the format. */
  static CaptureFileException damaged(Path file, long offset, String problem) {
    return of(
        file,
        "damaged at offset "
            + offset
            + ": "
            + problem
            + ": what comes before it was read; get the file again, or repair it");
  }

  /** The file ends within a record, a block or a header, which the last word names. */
  static CaptureFileException cutOff(FileWindow window, String what, long wantedBytes) {
    return of(
        window.file(),
        "cut off at offset "
            + window.offset()
            + ": the "
            + what
            + " wants "
            + wantedBytes
            + " bytes, "
            + window.availableBytes()
            + " are there: what comes before it was read; get the whole file");
  }

  /** The system refused to open the file. */
  static CaptureFileException unopened(Path file, IOException cause) {
    String problem;
    if (cause instanceof NoSuchFileException) {
      problem = "no such file: check the path";
    } else if (cause instanceof AccessDeniedException) {
      problem = "permission denied: make it readable for this user";
    } else {
      problem = "cannot be opened: " + reasonOf(cause);
    }
    return new CaptureFileException(file + ": " + problem, cause);
  }

  /** The system failed to read on. */
  static CaptureFileException unread(Path file, long offset, IOException cause) {
    return new CaptureFileException(
        file + ": cannot be read at offset " + offset + ": " + reasonOf(cause), cause);
  }

  private static String reasonOf(IOException cause) {
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
