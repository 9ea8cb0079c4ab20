package io.flowlog.agent.worker;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What one life of the agent remembers for the next: until when it was alive, and since when
 * anything is remembered at all. Owned by one thread.
 *
 * <p>The last time is written so often that a power cut may take the newest along: then the gap
 * that is told is longer than it was, never shorter.
 */
public final class StateFolder {
  private static final String LAST_ALIVE = "last-alive";
  private static final String REMEMBERED_SINCE = "remembered-since";

  private final Path folder;

  /** Names the folder, which is made when something is written. */
  public StateFolder(Path folder) {
    this.folder = folder;
  }

  /** Returns when the agent was last known to be alive; none if nobody noted it. */
  public OptionalLong lastAliveNs() throws IOException {
    return read(LAST_ALIVE);
  }

  /** Notes that the agent is alive. */
  public void alive(long nowNs) throws IOException {
    write(LAST_ALIVE, nowNs);
  }

  /**
   * Returns when this folder began to remember: now, if it is new. Files of intervals that began
   * before may have been stored by a life that is forgotten.
   */
  public long rememberedSinceNs(long nowNs) throws IOException {
    OptionalLong known = read(REMEMBERED_SINCE);
    if (known.isPresent()) {
      return known.getAsLong();
    }
    write(REMEMBERED_SINCE, nowNs);
    return nowNs;
  }

  private OptionalLong read(String name) throws IOException {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(folder.resolve(name)).strip()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private void write(String name, long timeNs) throws IOException {
    Files.createDirectories(folder);
    Path temporary = folder.resolve(name + ".tmp");
    Files.writeString(temporary, timeNs + "\n");
    Files.move(temporary, folder.resolve(name), ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
