package io.flowlog.agent.capture.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.conntrack.ConnectionNews.Gone;
import io.flowlog.agent.capture.conntrack.ConnectionNews.ListEnds;
import io.flowlog.agent.capture.conntrack.ConnectionNews.ListStarts;
import io.flowlog.agent.capture.conntrack.ConnectionNews.Lost;
import io.flowlog.agent.capture.conntrack.ConnectionNews.There;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TranslationTableTest {
  private static final Tuple VM = tuple(5, 9, 4000, 53);
  private static final Tuple OUTSIDE = tuple(254, 9, 1024, 53);

  private final TranslationTable table = new TranslationTable(1000);

  private static Tuple tuple(int source, int destination, int sourcePort, int destinationPort) {
    return new Tuple(false, 17, 0, source, 0, destination, sourcePort, destinationPort);
  }

  private void list(Translation... all) {
    table.take(new ListStarts());
    for (Translation each : all) {
      table.take(new There(each));
    }
    table.take(new ListEnds(1));
  }

  @Test
  void shouldFindTheOtherSideOfPacketsBothWaysOnBothSides() {
    list(new Translation(1, 0, VM, OUTSIDE));
    assertEquals(OUTSIDE, table.find(VM));
    assertEquals(OUTSIDE.reverse(), table.find(VM.reverse()));
    assertEquals(VM, table.find(OUTSIDE));
    assertEquals(VM.reverse(), table.find(OUTSIDE.reverse()));
  }

  @Test
  void shouldKnowThatNothingIsTranslatedOnlyOnceItKnowsAll() {
    assertNull(table.find(VM));
    list();
    assertEquals(VM, table.find(VM));
    table.take(new Lost());
    assertNull(table.find(VM));
    assertFalse(table.isWhole());
    list();
    assertTrue(table.isWhole());
  }

  @Test
  void shouldKeepWhatIsGoneUntilItIsForgotten() {
    Translation gone = new Translation(1, 0, VM, OUTSIDE);
    list(gone);
    table.take(new Gone(gone, 100));
    table.forget(100);
    assertEquals(OUTSIDE, table.find(VM));
    table.forget(101);
    assertEquals(VM, table.find(VM));
    assertEquals(0, table.size());
  }

  @Test
  void shouldPreferWhatIsThereToWhatIsGone() {
    Translation first = new Translation(1, 0, VM, OUTSIDE);
    Tuple later = tuple(254, 9, 1025, 53);
    list(first);
    table.take(new Gone(first, 100));
    table.take(new There(new Translation(2, 0, VM, later)));
    assertEquals(later, table.find(VM));
    assertEquals(VM, table.find(OUTSIDE));
    // the end of the first is told once more, late
    table.take(new Gone(first, 200));
    assertEquals(later, table.find(VM));
  }

  @Test
  void shouldNotKnowWhatZonesDisagreeOn() {
    list(
        new Translation(1, 1, VM, OUTSIDE),
        new Translation(2, 2, VM, tuple(253, 9, 4000, 53)),
        new Translation(3, 3, tuple(6, 9, 1, 2), tuple(254, 9, 7, 2)),
        new Translation(4, 4, tuple(6, 9, 1, 2), tuple(254, 9, 7, 2)));
    assertNull(table.find(VM));
    assertNull(table.find(VM.reverse()));
    assertEquals(tuple(254, 9, 7, 2), table.find(tuple(6, 9, 1, 2)));
  }

  @Test
  void shouldForgetWhatAListDoesNotHave() {
    list(new Translation(1, 0, VM, OUTSIDE));
    list();
    table.forget(2);
    assertEquals(VM, table.find(VM));
    assertEquals(0, table.size());
  }

  @Test
  void shouldStayInItsBoundsAndSayThatItDoesNotKnowAll() {
    TranslationTable small = new TranslationTable(2);
    small.take(new ListStarts());
    for (int i = 0; i < 3; i++) {
      small.take(new There(new Translation(i, 0, tuple(5, 9, i, 53), tuple(254, 9, i, 53))));
    }
    small.take(new ListEnds(1));
    assertEquals(2, small.size());
    assertEquals(1, small.overflows());
    assertFalse(small.isWhole());
    assertNull(small.find(tuple(5, 9, 2, 53)));
    assertEquals(tuple(254, 9, 1, 53), small.find(tuple(5, 9, 1, 53)));
  }

  @Test
  void shouldMakeRoomByForgettingWhatIsGone() {
    TranslationTable small = new TranslationTable(1);
    Translation first = new Translation(1, 0, VM, OUTSIDE);
    small.take(new ListStarts());
    small.take(new There(first));
    small.take(new ListEnds(1));
    small.take(new Gone(first, 5));
    small.take(new There(new Translation(2, 0, tuple(6, 9, 1, 1), tuple(254, 9, 1, 1))));
    assertEquals(0, small.overflows());
    assertTrue(small.isWhole());
    assertEquals(VM, small.find(VM));
  }

  @Test
  void shouldSayWhatANaiveListOfAllConnectionsSays() {
    Random random = new Random(20261120);
    for (int round = 0; round < 200; round++) {
      TranslationTable tested = new TranslationTable(1000);
      List<Translation> there = new ArrayList<>();
      List<Gone> gone = new ArrayList<>();
      tested.take(new ListStarts());
      tested.take(new ListEnds(0));
      for (int step = 1; step < 60; step++) {
        change(tested, there, gone, random, step);
        Tuple seen = random.nextBoolean() ? inner(random) : outer(random);
        seen = random.nextBoolean() ? seen : seen.reverse();
        assertEquals(naive(there, gone, seen), tested.find(seen), "round " + round + " " + step);
        assertEquals(there.size() + gone.size(), tested.size());
      }
    }
  }

  private static Tuple inner(Random random) {
    return tuple(5, 8 + random.nextInt(2), random.nextInt(3), 53);
  }

  private static Tuple outer(Random random) {
    return tuple(253 + random.nextInt(2), 8 + random.nextInt(2), random.nextInt(3), 53);
  }

  private static void change(
      TranslationTable tested, List<Translation> there, List<Gone> gone, Random random, int step) {
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> {
        Translation added = new Translation(step, random.nextInt(3), inner(random), outer(random));
        boolean taken =
            there.stream()
                .anyMatch(t -> t.zone() == added.zone() && t.original().equals(added.original()));
        if (!taken) {
          there.add(added);
          tested.take(new There(added));
        }
      }
      case 3, 4 -> {
        if (!there.isEmpty()) {
          Gone went = new Gone(there.remove(random.nextInt(there.size())), step);
          gone.add(went);
          tested.take(went);
        }
      }
      default -> {
        int before = step - random.nextInt(10);
        gone.removeIf(went -> went.timeNs() < before);
        tested.forget(before);
      }
    }
  }

  private static @Nullable Tuple naive(List<Translation> there, List<Gone> gone, Tuple seen) {
    List<Translation> before = gone.stream().map(Gone::translation).toList();
    Set<Tuple> forward = others(there, before, seen);
    Set<Tuple> back = new HashSet<>();
    others(there, before, seen.reverse()).forEach(other -> back.add(other.reverse()));
    if (forward.isEmpty() && back.isEmpty()) {
      return seen;
    }
    if (forward.isEmpty() || back.isEmpty() || forward.equals(back)) {
      Set<Tuple> only = forward.isEmpty() ? back : forward;
      return only.size() == 1 ? only.iterator().next() : null;
    }
    return null;
  }

  /** Those of connections that are there count, and only if there are none, others. */
  private static Set<Tuple> others(List<Translation> there, List<Translation> gone, Tuple seen) {
    Set<Tuple> found = new HashSet<>();
    for (List<Translation> all : List.of(there, gone)) {
      for (Translation each : all) {
        if (each.original().equals(seen)) {
          found.add(each.translated());
        }
        if (each.translated().equals(seen)) {
          found.add(each.original());
        }
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    return found;
  }
}
