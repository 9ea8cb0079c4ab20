package io.flowlog.agent.capture.conntrack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The translated connections of a host, by what their packets carry on either side; owned by one
 * capture worker.
 *
 * <p>Of fixed size. A connection that is gone stays until {@link #forget}, for the rows of the
 * slice in which it went. The same addresses and ports may be in several zones; where these do not
 * agree, nothing is known.
 */
public final class TranslationTable {
  private final int connectionsMax;

  /** Those that are there; at most one at a time has an original tuple in a zone. */
  private final Map<Place, Entry> present = new HashMap<>();

  /** In the order in which they went. */
  private final Queue<Entry> gone = new ArrayDeque<>();

  private final Map<Tuple, List<Link>> links = new HashMap<>();
  private long lists;
  private boolean listRuns;
  private boolean whole;
  private boolean overflowed;
  private long overflows;

  /** What conntrack finds a connection by. */
  private record Place(int zone, Tuple original) {}

  /** One connection. */
  private static final class Entry {
    final Translation translation;
    long list;
    long goneNs;

    Entry(Translation translation, long list) {
      this.translation = translation;
      this.list = list;
    }
  }

  /** What a tuple is on the other side, of one connection or several alike. */
  private static final class Link {
    final Tuple other;
    int present;
    int gone;

    Link(Tuple other) {
      this.other = other;
    }
  }

  /** Makes an empty table of which nothing is known yet. */
  public TranslationTable(int connectionsMax) {
    this.connectionsMax = connectionsMax;
  }

  /** Takes news; those of older connections are not for a table. */
  public void take(ConnectionNews news) {
    if (news instanceof ConnectionNews.There there) {
      add(there.translation());
    } else if (news instanceof ConnectionNews.Gone went) {
      remove(went.translation(), went.timeNs());
    } else if (news instanceof ConnectionNews.ListStarts) {
      lists++;
      listRuns = true;
      overflowed = false;
    } else if (news instanceof ConnectionNews.ListEnds ends) {
      endList(ends.timeNs());
    } else if (news instanceof ConnectionNews.Lost) {
      whole = false;
      listRuns = false;
    }
  }

  private void add(Translation translation) {
    if (translation.original().equals(translation.translated())) {
      return;
    }
    Place place = new Place(translation.zone(), translation.original());
    Entry known = present.get(place);
    if (known != null && known.translation.equals(translation)) {
      known.list = lists;
      return;
    }
    if (known != null) {
      // its end was not told, or not yet
      present.remove(place);
      retire(known, known.goneNs);
    }
    if (size() >= connectionsMax && !forgetOldest()) {
      overflows++;
      overflowed = true;
      whole = false;
      return;
    }
    present.put(place, new Entry(translation, lists));
    link(translation.original(), translation.translated()).present++;
    link(translation.translated(), translation.original()).present++;
  }

  private Link link(Tuple from, Tuple to) {
    List<Link> all = links.computeIfAbsent(from, tuple -> new ArrayList<>(1));
    for (Link link : all) {
      if (link.other.equals(to)) {
        return link;
      }
    }
    Link added = new Link(to);
    all.add(added);
    return added;
  }

  private void remove(Translation translation, long timeNs) {
    Place place = new Place(translation.zone(), translation.original());
    Entry known = present.get(place);
    if (known != null && known.translation.id() == translation.id()) {
      present.remove(place);
      retire(known, timeNs);
    }
  }

  private void retire(Entry entry, long timeNs) {
    entry.goneNs = timeNs;
    gone.add(entry);
    Translation translation = entry.translation;
    retire(link(translation.original(), translation.translated()));
    retire(link(translation.translated(), translation.original()));
  }

  private static void retire(Link link) {
    link.present--;
    link.gone++;
  }

  private void endList(long timeNs) {
    if (!listRuns) {
      return;
    }
    listRuns = false;
    for (Iterator<Entry> all = present.values().iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (entry.list != lists) {
        all.remove();
        retire(entry, timeNs);
      }
    }
    whole = !overflowed;
  }

  private boolean forgetOldest() {
    Entry oldest = gone.poll();
    if (oldest == null) {
      return false;
    }
    unlink(oldest.translation.original(), oldest.translation.translated());
    unlink(oldest.translation.translated(), oldest.translation.original());
    return true;
  }

  private void unlink(Tuple from, Tuple to) {
    Link link = link(from, to);
    link.gone--;
    if (link.present == 0 && link.gone == 0) {
      List<Link> all = links.get(from);
      if (all != null && all.size() > 1) {
        all.remove(link);
      } else {
        links.remove(from);
      }
    }
  }

  /** Forgets connections that went before a time of day. */
  public void forget(long beforeNs) {
    for (Entry oldest = gone.peek();
        oldest != null && oldest.goneNs < beforeNs;
        oldest = gone.peek()) {
      forgetOldest();
    }
  }

  /** Forgets everything, as nobody listens any more. */
  public void clear() {
    present.clear();
    gone.clear();
    links.clear();
    whole = false;
    listRuns = false;
  }

  /**
   * Returns what packets carry on the other side of a translation: the same tuple if they are not
   * translated, null if nobody knows.
   */
  public @Nullable Tuple find(Tuple seen) {
    List<Link> there = links.get(seen);
    Tuple back = seen.reverse();
    List<Link> answers = links.get(back);
    if (there == null && answers == null) {
      return whole ? seen : null;
    }
    Tuple one = there == null ? null : agreed(there);
    Tuple other = answers == null ? null : agreed(answers);
    if (there != null && answers != null) {
      return one != null && other != null && one.equals(other.reverse()) ? one : null;
    }
    return other == null ? one : other.reverse();
  }

  /** Returns what all say that are there, or if none is, all that are gone; null if they differ. */
  private static @Nullable Tuple agreed(List<Link> all) {
    Tuple found = null;
    int present = 0;
    for (Link link : all) {
      if (link.present > 0) {
        found = link.other;
        present++;
      }
    }
    if (present == 0 && all.size() == 1) {
      return all.get(0).other;
    }
    return present == 1 ? found : null;
  }

  /** Tells whether all translated connections are in the table. */
  public boolean isWhole() {
    return whole;
  }

  /** Returns how many connections there are, with those that are gone and not forgotten. */
  public int size() {
    return present.size() + gone.size();
  }

  /** Returns for how many connections there was no room so far. */
  public long overflows() {
    return overflows;
  }
}
