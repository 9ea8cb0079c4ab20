package io.flowlog.bridge;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a handler knows that believes what it is told, in the simplest way; owned by one test. */
final class LinkView implements LinkHandler {
  private final Map<Integer, String> names = new TreeMap<>();
  private final Set<Integer> told = new HashSet<>();
  private int lists;
  private int wholeLists;

  Map<Integer, String> names() {
    return names;
  }

  int lists() {
    return lists;
  }

  int wholeLists() {
    return wholeLists;
  }

  @Override
  public void listStarts() {
    told.clear();
    lists++;
  }

  @Override
  public void there(Link link) {
    names.put(link.index(), link.name());
    told.add(link.index());
  }

  @Override
  public void gone(int index) {
    names.remove(index);
    told.remove(index);
  }

  @Override
  public void listEnds() {
    names.keySet().retainAll(told);
    wholeLists++;
  }
}
