package io.flowlog.agent.worker;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

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
  private static final String DISABLED_SINCE = "disabled-since";

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

  /** Returns since when which loggers are switched off, as far as that was noted. */
  public Map<UUID, Long> disabledSinceNs() throws IOException {
    Map<UUID, Long> noted = new HashMap<>();
    try {
      for (String line : Files.readAllLines(folder.resolve(DISABLED_SINCE))) {
        int space = line.indexOf(' ');
        noted.put(
            UUID.fromString(line.substring(0, Math.max(0, space))),
            Long.parseLong(line.substring(space + 1)));
      }
      return noted;
    } catch (NoSuchFileException e) {
      return noted;
    } catch (IllegalArgumentException | CharacterCodingException e) {
      // Whatever it says, the day begins anew: nothing goes too early.
      return Map.of();
    }
  }

  /** Notes since when which loggers are switched off. */
  public void disabledSinceNs(Map<UUID, Long> sinceNs) throws IOException {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(sinceNs)
        .forEach((loggerId, since) -> text.append(loggerId).append(' ').append(since).append('\n'));
    write(DISABLED_SINCE, text.toString());
  }

  private OptionalLong read(String name) throws IOException {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(folder.resolve(name)).strip()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private void write(String name, long timeNs) throws IOException {
    write(name, timeNs + "\n");
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(folder);
    Path temporary = folder.resolve(name + ".tmp");
    Files.writeString(temporary, text);
    Files.move(temporary, folder.resolve(name), ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
