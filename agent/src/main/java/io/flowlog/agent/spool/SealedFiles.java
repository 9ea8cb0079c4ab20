package io.flowlog.agent.spool;

/** Hears of the files that wait to be stored. Called by the thread that owns the spool. */
public interface SealedFiles {
  /** A file waits from now on. */
  void onSealed(SealedFile file);

  /** A file is there no longer, whyever. */
  void onGone(SealedFile file);
}
