package io.flowlog.agent.spool;

import io.flowlog.agent.metrics.CounterSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The folder of everything that is not stored yet: row journals and sealed files. Owned by the
 * spool thread; one process at a time has the folder.
 */
public final class Spool implements AutoCloseable {
  private final SpoolLock lock;
  private final JournalFolder journals;
  private final JournalFolder merged;
  private final SealedFolder sealed;

  private Spool(SpoolLock lock, JournalFolder journals, JournalFolder merged, SealedFolder sealed) {
    this.lock = lock;
    this.journals = journals;
    this.merged = merged;
    this.sealed = sealed;
  }

  /** Claims the folder, makes it if needed, and recovers what an earlier process left there. */
  public static Spool open(Path folder, SpoolConfig config, CounterSet counters)
      throws SpoolException {
    DiskFiles disk = new DiskFiles(config);
    disk.makeFolder(folder);
    SpoolLock lock = SpoolLock.claim(folder);
    try {
      JournalFolder journals = new JournalFolder(folder.resolve("journal"), disk, counters);
      SealedFolder sealed = new SealedFolder(folder.resolve("sealed"), disk, counters);
      // What is merged can be merged again: it needs to survive neither a power cut nor a start.
      DiskFiles passing = new DiskFiles(new SpoolConfig(false));
      JournalFolder merged = new JournalFolder(folder.resolve("merged"), passing, counters);
      sealed.recover();
      passing.makeFolder(merged.path());
      merged.discardAll();
      journals.recover();
      disk.forceFolder(folder);
      return new Spool(lock, journals, merged, sealed);
    } catch (SpoolException e) {
      lock.close();
      throw e;
    }
  }

  /** Deletes everything, for a caller that does the work again from its start. */
  public void discardAll() throws SpoolException {
    journals.discardAll();
    merged.discardAll();
    sealed.discardAll();
  }

  /** Begins the journal of a slice; those of later slices are begun later. */
  public RowJournal beginSlice(long startNs, long endNs) throws SpoolException {
    return journals.begin(sealed.sequenceMax() + 1, startNs, endNs);
  }

  /** Returns the complete journals that were not retired yet, in the order of their making. */
  public List<JournalFile> journals() throws SpoolException {
    return journals.journals();
  }

  /** Deletes a journal; only after every logger in its plan has its files sealed. */
  public void retire(JournalFile journal) throws SpoolException {
    journals.delete(journal);
  }

  /**
   * Cuts a damaged journal at its last good frame, so that it can be sealed as it is; the rest is
   * counted as torn. It is gone afterwards if nothing in it was good.
   */
  public void salvage(JournalFile journal) throws SpoolException {
    journals.repair(journal.path(), journal);
  }

  /** Returns the files that wait to be stored, oldest interval first. */
  public List<SealedFile> sealed() {
    return sealed.waiting().list();
  }

  /** Tells somebody of the files that wait now and of those that will. */
  public void watch(SealedFiles watcher) {
    sealed.watch(watcher);
  }

  /** Returns how many files wait to be stored. */
  public int filesWaiting() {
    return sealed.waiting().size();
  }

  /** Returns whose files wait to be stored. */
  public Set<UUID> loggersWaiting() {
    return sealed.waiting().loggers();
  }

  /**
   * Claims a file for storing: until it is released or given back it stays.
   *
   * @return false if it was discarded meanwhile, or is claimed already: then it is to be skipped
   */
  public boolean take(SealedFile file) {
    return sealed.waiting().take(file);
  }

  /** Gives up a claim of a file that was not stored; harmless if there is none. */
  public void giveBack(SealedFile file) {
    sealed.waiting().giveBack(file);
  }

  /** Deletes a file that its store has confirmed; harmless if it is gone. */
  public void release(SealedFile file) throws SpoolException {
    sealed.release(file);
  }

  /**
   * Forgets the part numbers of intervals that ended before a time and whose last file went before
   * it. Until then further files of the same interval get numbers that no earlier one had.
   */
  public void forgetPartNumbers(long goneBeforeNs) throws SpoolException {
    sealed.forget(goneBeforeNs, journals);
  }

  /**
   * Tells the time for the first time in this life: what is here has waited since its interval.
   *
   * @param tickNs of a clock that nobody sets, by which age is told
   * @param nowNs the time of day
   */
  public void beginTime(long tickNs, long nowNs) {
    sealed.waiting().beginAges(tickNs, nowNs);
    sealed.tellTime(nowNs);
  }

  /** Tells the time again and again. */
  public void tellTime(long tickNs, long nowNs) {
    sealed.waiting().tick(tickNs);
    sealed.tellTime(nowNs);
  }

  /** Returns what waits: sealed files as they count, and the journals of slices. */
  public long bytes() {
    return sealed.waiting().bytes() + journals.bytes();
  }

  long bytesOf(JournalFile slice) {
    return journals.bytesOf(slice);
  }

  WaitingFiles waiting() {
    return sealed.waiting();
  }

  JournalFolder mergedFolder() {
    return merged;
  }

  SealedFolder sealedFolder() {
    return sealed;
  }

  /** Gives up the folder; what is in it stays for the next start. */
  @Override
  public void close() throws SpoolException {
    lock.close();
  }
}
