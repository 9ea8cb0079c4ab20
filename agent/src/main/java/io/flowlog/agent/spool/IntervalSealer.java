package io.flowlog.agent.spool;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.MergeView;
import io.flowlog.agent.record.SlicePlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the files of every logger once the slices of its interval are there, one logger at a time,
 * and retires slices that nobody needs any more. Owned by the spool thread.
 *
 * <p>What is to be done follows from what is on disk, plans of earlier lives included, so it can be
 * done again after a kill at any moment.
 */
public final class IntervalSealer {
  private final Spool spool;
  private final Sealer sealer;
  private final Coverage coverage;

  /** Slices by their journal's number, which is their order in time. */
  private final TreeMap<Long, Slice> slices = new TreeMap<>();

  /** By logger the last slice whose rows are in its files. */
  private final Map<UUID, Long> sealedUpTo;

  private @Nullable Merged merged;
  private UrgentWork urgent = UrgentWork.NONE;

  private record Slice(JournalFile journal, SlicePlan plan) {}

  /**
   * The slices of one interval whose rows are not in the files of a logger yet.
   *
   * @param changed whether the logger is another one before the interval's end
   * @param over whether time has reached the interval's end
   */
  private record Group(
      FlowLogger logger, Interval interval, List<Slice> slices, boolean changed, boolean over) {
    Slice last() {
      return slices.get(slices.size() - 1);
    }

    List<JournalFile> journals() {
      return slices.stream().map(Slice::journal).toList();
    }

    /** Until when rows tell what happened. */
    Interval told() {
      boolean whole = over && !changed;
      return whole ? interval : new Interval(interval.startNs(), last().journal().endNs());
    }
  }

  /** Rows that several loggers want alike, kept until others are asked for. */
  private record Merged(List<JournalFile> slices, MergeView view, JournalFile journal) {}

  /** Makes a sealer that goes on where the last one on this spool stopped. */
  public IntervalSealer(Spool spool, Sealer sealer, Coverage coverage) {
    this.spool = spool;
    this.sealer = sealer;
    this.coverage = coverage;
    sealedUpTo = spool.sealedFolder().lastSequences();
  }

  /** Has something done again and again while files are made. */
  public void interruptFor(UrgentWork work) {
    urgent = work;
    sealer.interruptFor(work);
  }

  /**
   * Makes the files of one logger and interval.
   *
   * @param newestStartNs the latest time at which a slice is known to have begun: an interval that
   *     ended before gets no more rows
   * @param isActive tells which loggers will get more rows; others get their files at once
   * @return whether there was something to do
   */
  public boolean sealNext(long newestStartNs, Predicate<FlowLogger> isActive)
      throws SpoolException {
    refresh();
    long newestNs = newestStartNs;
    for (Slice slice : slices.values()) {
      newestNs = Math.max(newestNs, slice.journal().startNs());
    }
    Set<UUID> waiting = new HashSet<>();
    for (Slice slice : List.copyOf(slices.values())) {
      for (FlowLogger logger : slice.plan().loggers()) {
        if (isSealed(logger, slice) || !waiting.add(logger.id())) {
          continue;
        }
        Group group = groupOf(logger, slice, newestNs);
        if (group.changed() || group.over() || !isActive.test(logger)) {
          sealOrSalvage(group);
          return true;
        }
      }
      retireIfDone(slice);
    }
    return false;
  }

  private void refresh() throws SpoolException {
    Set<Long> present = new HashSet<>();
    for (JournalFile journal : spool.journals()) {
      present.add(journal.sequence());
      if (!slices.containsKey(journal.sequence())) {
        enter(journal);
      }
    }
    slices.keySet().retainAll(present);
  }

  private void enter(JournalFile journal) throws SpoolException {
    SlicePlan plan;
    try {
      plan = JournalReader.planOf(journal);
    } catch (SpoolException e) {
      expectDamage(e);
      spool.salvage(journal);
      if (!spool.journals().contains(journal)) {
        return;
      }
      plan = JournalReader.planOf(journal);
    }
    slices.put(journal.sequence(), new Slice(journal, plan));
  }

  private static void expectDamage(SpoolException failure) throws SpoolException {
    if (failure.code() != SpoolException.Code.DAMAGED) {
      throw failure;
    }
  }

  private boolean isSealed(FlowLogger logger, Slice slice) {
    return sealedUpTo.getOrDefault(logger.id(), 0L) >= slice.journal().sequence();
  }

  /** Collects the slices from the first one on that are of the same interval and declaration. */
  private Group groupOf(FlowLogger logger, Slice first, long newestStartNs) {
    Interval interval = first.plan().intervalOf(logger, first.journal().interval());
    List<Slice> members = new ArrayList<>();
    boolean changed = false;
    for (Slice slice : slices.tailMap(first.journal().sequence()).values()) {
      FlowLogger then = slice.plan().find(logger.id());
      if (then == null) {
        continue;
      }
      boolean same = slice.plan().intervalOf(then, slice.journal().interval()).isSameAs(interval);
      if (!same || !then.makesSameFilesAs(logger)) {
        changed = slice.journal().startNs() < interval.endNs();
        break;
      }
      members.add(slice);
    }
    long lastEndNs = members.get(members.size() - 1).journal().endNs();
    boolean over = interval.endNs() <= Math.max(newestStartNs, lastEndNs);
    return new Group(logger, interval, members, changed, over);
  }

  /** A slice that the disk damaged gives what it can: waiting would not mend it. */
  private void sealOrSalvage(Group group) throws SpoolException {
    try {
      seal(group);
    } catch (SpoolException e) {
      expectDamage(e);
      forgetMerged();
      for (JournalFile journal : group.journals()) {
        spool.salvage(journal);
        slices.remove(journal.sequence());
      }
    }
  }

  private void seal(Group group) throws SpoolException {
    Interval told = group.told();
    JournalFile last = group.last().journal();
    JournalFile rows = needsMerge(group) ? mergedOf(group) : last;
    JournalFile journal =
        new JournalFile(last.sequence(), told.startNs(), told.endNs(), rows.path());
    sealer.seal(new SealJob(journal, group.logger(), coverage, group.interval()));
    sealedUpTo.put(group.logger().id(), last.sequence());
    for (Slice slice : group.slices()) {
      retireIfDone(slice);
    }
  }

  private static boolean needsMerge(Group group) {
    SlicePlan plan = group.last().plan();
    boolean foreignSplit =
        (plan.splitsIcmp() && !SlicePlan.splitsIcmp(group.logger()))
            || (plan.showsTranslations() && !SlicePlan.showsTranslations(group.logger()));
    boolean untilLater = group.last().journal().endNs() < group.told().endNs();
    return group.slices().size() > 1 || foreignSplit || untilLater;
  }

  private JournalFile mergedOf(Group group) throws SpoolException {
    FlowLogger logger = group.logger();
    MergeView view =
        new MergeView(
            group.told(),
            SlicePlan.splitsIcmp(logger),
            SlicePlan.showsTranslations(logger),
            SlicePlan.audienceOf(logger));
    List<JournalFile> journals = group.journals();
    Merged found = merged;
    if (found == null || !found.slices().equals(journals) || !found.view().equals(view)) {
      forgetMerged();
      JournalFile made = JournalMerge.merge(journals, view, spool.mergedFolder(), urgent);
      found = new Merged(journals, view, made);
      merged = found;
    }
    return found.journal();
  }

  private void forgetMerged() throws SpoolException {
    if (merged != null) {
      spool.mergedFolder().delete(merged.journal());
      merged = null;
    }
  }

  private void retireIfDone(Slice slice) throws SpoolException {
    for (FlowLogger logger : slice.plan().loggers()) {
      if (!isSealed(logger, slice)) {
        return;
      }
    }
    spool.retire(slice.journal());
    slices.remove(slice.journal().sequence());
    if (merged != null && merged.slices().contains(slice.journal())) {
      forgetMerged();
    }
  }
}
