package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Wishes of operators that what they declare is read again: by SIGHUP, or by a change of the files.
 * Owned by whoever made it; the control thread takes the wishes.
 */
public final class ReloadWishes implements ReloadWish, AutoCloseable {
  private final AtomicBoolean hungUp = new AtomicBoolean();
  private final FolderWatch folders;

  private ReloadWishes(FolderWatch folders) {
    this.folders = folders;
  }

  /** Listens from now on. */
  public static ReloadWishes listen(List<Path> folders, EventLog log) {
    ReloadWishes wishes = new ReloadWishes(FolderWatch.of(folders, System.nanoTime(), log));
    HangUpSignal.onHangUp(() -> wishes.hungUp.set(true), log);
    return wishes;
  }

  @Override
  public boolean take(long tickNs) {
    boolean changed = folders.changed(tickNs);
    return hungUp.getAndSet(false) || changed;
  }

  @Override
  public void close() throws IOException {
    folders.close();
  }
}
