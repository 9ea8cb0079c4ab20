package io.flowlog.agent.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of what is remembered of loggers, a small file for each. Owned by one thread.
 *
 * <p>A file appears whole or not at all. One that cannot be read, as after a power cut, is as if it
 * was not there: its logger begins with a probe.
 */
public final class LoggerRecords {
  private static final String ENDING = ".json";

  private final Path folder;

  /** Names the folder, which is made when something is written. */
  public LoggerRecords(Path folder) {
    this.folder = folder;
  }

  /** Returns what is remembered. */
  public List<LoggerRecord> readAll() throws IOException {
    List<LoggerRecord> records = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return records;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(ENDING)).toList()) {
        try {
          records.add(LoggerRecord.decode(Files.readString(file)));
        } catch (IOException e) {
          Files.delete(file);
        }
      }
    }
    return records;
  }

  /** Remembers a logger in place of what was known of it. */
  public void write(LoggerRecord record) throws IOException {
    Files.createDirectories(folder);
    Path temporary = folder.resolve(record.loggerId() + ".tmp");
    Files.writeString(temporary, new String(record.encode(), StandardCharsets.UTF_8));
    Files.move(temporary, fileOf(record.loggerId()), ATOMIC_MOVE, REPLACE_EXISTING);
  }

  /** Forgets a logger. */
  public void forget(UUID loggerId) throws IOException {
    Files.deleteIfExists(fileOf(loggerId));
  }

  private Path fileOf(UUID loggerId) {
    return folder.resolve(loggerId + ENDING);
  }
}
