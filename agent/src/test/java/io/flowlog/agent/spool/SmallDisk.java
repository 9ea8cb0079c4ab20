package io.flowlog.agent.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A real file system of one mebibyte, mounted until it is closed; needs root. */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;

  public SmallDisk(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString());
  }

  public Path folder() {
    return folder;
  }

  /** Takes all room that is left; {@link #makeRoom()} gives it back. */
  public void fill() throws IOException {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(folder.resolve("ballast"))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (Files.getFileStore(folder).getUsableSpace() > 0) {
        throw e;
      }
    }
  }

  /** Gives back so much of what {@link #fill()} took, in whole pages. */
  public void leave(long bytes) throws IOException {
    try (FileChannel ballast =
        FileChannel.open(folder.resolve("ballast"), StandardOpenOption.WRITE)) {
      ballast.truncate(Math.max(0, ballast.size() - bytes));
    }
  }

  public void makeRoom() throws IOException {
    Files.delete(folder.resolve("ballast"));
  }

  public void makeReadOnly() throws IOException {
    run("mount", "-o", "remount,ro", folder.toString());
  }

  @Override
  public void close() throws IOException {
    run("umount", folder.toString());
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(List.of(command) + " (needs root): " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
