package io.flowlog.agent.spool;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A failure of the spool, in one line for people: what failed, where, and what helps. */
public final class SpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Less free space than this explains a failed write whose message we do not know. */
  private static final long FULL_BYTES = 4096;

  private final Code code;

  /** What kind of failure it is, for those who decide what to do about it. */
  public enum Code {
    /** No room; the same call works once there is some. */
    DISK_FULL("make room on that disk"),
    /** The agent's user may not do this, or the disk is mounted read-only. */
    NO_PERMISSION("let the agent's user write there, on a disk that is not read-only"),
    /** Bytes on disk are not what was written. */
    DAMAGED("check the disk, and move the file away if it cannot be restored"),
    /** Another process has this spool. */
    LOCKED("stop that process, or use another spool folder"),
    /** Anything else; the cause tells. */
    OTHER("check the disk and the kernel's log");

    private final String remedy;

    Code(String remedy) {
      this.remedy = remedy;
    }

    /** Tells what kind of failure an exception of the file system is. */
    public static Code of(IOException cause, Path path) {
      String text = reasonOf(cause).toLowerCase(Locale.ROOT);
      if (text.contains("no space left") || text.contains("quota exceeded")) {
        return DISK_FULL;
      }
      if (cause instanceof AccessDeniedException
          || text.contains("permission denied")
          || text.contains("read-only file system")
          || text.contains("operation not permitted")) {
        return NO_PERMISSION;
      }
      return isDiskFull(path) ? DISK_FULL : OTHER;
    }

    /** The C library may speak another language; then the free space tells. */
    private static boolean isDiskFull(Path path) {
      for (Path p = path.toAbsolutePath(); p != null; p = p.getParent()) {
        if (Files.exists(p)) {
          try {
            return Files.getFileStore(p).getUsableSpace() < FULL_BYTES;
          } catch (IOException e) {
            return false;
          }
        }
      }
      return false;
    }
  }

  private SpoolException(Code code, String line, @Nullable Throwable cause) {
    super(line, cause);
    this.code = code;
  }

  private static SpoolException of(Code code, String what, @Nullable Throwable cause) {
    return new SpoolException(code, what + ": " + code.remedy, cause);
  }

  /** Makes the exception for a failed operation on a file. */
  static SpoolException of(String what, Path path, IOException cause) {
    if (cause instanceof SpoolException already) {
      return already;
    }
    String line = "cannot " + what + " " + path + ": " + reasonOf(cause);
    return of(Code.of(cause, path), line, cause);
  }

  /** Makes the exception for bytes that are not what was written. */
  static SpoolException damaged(Path path, long offset, String what) {
    return of(Code.DAMAGED, path + " is damaged at byte " + offset + " (" + what + ")", null);
  }

  /** Makes the exception for a folder that another process has. */
  static SpoolException locked(Path folder, Path lockFile, String process) {
    String owner = process.matches("\\d+") ? " by process " + process : "";
    String line =
        "the spool folder " + folder + " is in use" + owner + " (" + lockFile + " is locked)";
    return of(Code.LOCKED, line, null);
  }

  /** Makes the exception for a journal of another version of the program. */
  static SpoolException ofVersion(int version, Path path) {
    return new SpoolException(
        Code.OTHER,
        path
            + " is a row journal of version "
            + version
            + ", which this program cannot read: let the program that wrote it finish it",
        null);
  }

  /** Returns what kind of failure it is. */
  public Code code() {
    return code;
  }

  /** Returns why an operation of the file system failed, without the names of classes. */
  public static String reasonOf(IOException cause) {
    if (cause instanceof AccessDeniedException denied) {
      return "permission denied for " + denied.getFile();
    }
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + " is not there";
    }
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
