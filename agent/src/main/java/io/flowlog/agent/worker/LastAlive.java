package io.flowlog.agent.worker;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The file that tells when the agent was last alive, so that its next life knows what it missed.
 * Owned by one thread.
 *
 * <p>It is written so often that a power cut may take the last time along: then the gap that is
 * told is longer than it was, never shorter.
 */
public final class LastAlive {
  private static final String NAME = "last-alive";

  private final Path file;
  private final Path temporary;

  /** Names the file in the agent's state folder. */
  public LastAlive(Path stateFolder) {
    file = stateFolder.resolve(NAME);
    temporary = stateFolder.resolve(NAME + ".tmp");
  }

  /** Returns the time that was noted last; none if nobody ever did, or nobody can read it. */
  public OptionalLong read() throws IOException {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Notes that the agent is alive. */
  public void write(long nowNs) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(temporary, nowNs + "\n");
    Files.move(temporary, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
