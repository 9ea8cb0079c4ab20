package io.flowlog.agent.worker;

import io.flowlog.agent.port.LoggingPort;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The numbers by which packets and rows know logging ports. Owned by one {@link Pipeline}.
 *
 * <p>A port keeps its number for as long as it is there, and gets it back if it returns before the
 * number was free for others: before all that was counted under it is written.
 */
final class PortNumbers {
  private final int numbersMax;
  private final Map<String, Integer> present = new HashMap<>();
  private final Map<String, Integer> leaving = new HashMap<>();
  private final BitSet taken = new BitSet();

  /** Of ports that are there. */
  private final BitSet inUse = new BitSet();

  /** The numbers of ports that came and that went, and the ports that found no number. */
  record Change(List<Integer> added, List<Integer> removed, List<LoggingPort> refused) {}

  PortNumbers(int numbersMax) {
    this.numbersMax = numbersMax;
  }

  /**
   * Makes some ports the present ones.
   *
   * @param isFree tells of a number that was given back whether others may have it
   */
  Change assign(List<LoggingPort> ports, IntPredicate isFree) {
    leaving.values().removeIf(number -> free(number, isFree));
    List<Integer> removed = remove(ports);
    List<Integer> added = new ArrayList<>();
    List<LoggingPort> refused = new ArrayList<>();
    for (LoggingPort port : ports) {
      if (present.containsKey(port.portId())) {
        continue;
      }
      Integer own = leaving.remove(port.portId());
      int number = own == null ? taken.nextClearBit(0) : own;
      if (number >= numbersMax) {
        refused.add(port);
        continue;
      }
      taken.set(number);
      inUse.set(number);
      present.put(port.portId(), number);
      added.add(number);
    }
    return new Change(added, removed, refused);
  }

  private boolean free(int number, IntPredicate isFree) {
    boolean free = isFree.test(number);
    if (free) {
      taken.clear(number);
    }
    return free;
  }

  private List<Integer> remove(List<LoggingPort> ports) {
    Set<String> staying = ports.stream().map(LoggingPort::portId).collect(Collectors.toSet());
    List<Integer> removed = new ArrayList<>();
    Iterator<Map.Entry<String, Integer>> entries = present.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Integer> entry = entries.next();
      if (!staying.contains(entry.getKey())) {
        leaving.put(entry.getKey(), entry.getValue());
        removed.add(entry.getValue());
        inUse.clear(entry.getValue());
        entries.remove();
      }
    }
    return removed;
  }

  /** Returns the numbers of the ports that are there. */
  Collection<Integer> all() {
    return Collections.unmodifiableCollection(present.values());
  }

  /** Tells whether a number, which may be -1, is that of a port that is there. */
  boolean isInUse(int number) {
    return number >= 0 && inUse.get(number);
  }

  /** Returns the number of a port, or -1 if it has none. */
  int of(LoggingPort port) {
    return present.getOrDefault(port.portId(), -1);
  }
}
