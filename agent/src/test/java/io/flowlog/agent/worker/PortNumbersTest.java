package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.spool.TestRows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortNumbersTest {
  private static final int NUMBERS = 8;

  private final PortNumbers numbers = new PortNumbers(NUMBERS);

  /** By number: a port that may still have something counted under it, present or not. */
  private final Map<Integer, String> users = new HashMap<>();

  private final Map<String, Integer> present = new HashMap<>();
  private int returned;
  private int refused;

  @Test
  void shouldNeverGiveANumberToTwoPortsThatCountUnderIt() {
    Random random = new Random(20260205);
    for (int round = 0; round < 20_000; round++) {
      List<LoggingPort> ports =
          IntStream.range(0, 12)
              .filter(i -> random.nextInt(12) < 7)
              .mapToObj(TestRows::port)
              .collect(Collectors.toList());
      Collections.shuffle(ports, random);
      assign(ports);
      users.keySet().removeIf(n -> !present.containsValue(n) && random.nextInt(3) == 0);
    }
    assertTrue(returned > 1000, "ports must have come back to their number: " + returned);
    assertTrue(refused > 1000, "there must have been too few numbers: " + refused);
  }

  private void assign(List<LoggingPort> ports) {
    Set<Integer> free = freeNumbers();
    PortNumbers.Change change = numbers.assign(ports, number -> !users.containsKey(number));
    Map<String, Integer> before = new HashMap<>(present);
    Set<String> wanted = ports.stream().map(LoggingPort::portId).collect(Collectors.toSet());
    present.keySet().retainAll(wanted);
    assertEquals(numbersOfAbsent(before, wanted), Set.copyOf(change.removed()));
    assertEquals(change.removed().size(), Set.copyOf(change.removed()).size());
    List<Integer> added = new ArrayList<>();
    List<LoggingPort> without = new ArrayList<>();
    for (LoggingPort port : ports) {
      int number = numbers.of(port);
      if (number < 0) {
        without.add(port);
      } else if (before.containsKey(port.portId())) {
        assertEquals(before.get(port.portId()), number, "it stays while the port is there");
      } else {
        take(port.portId(), number, free);
        added.add(number);
      }
    }
    assertEquals(Set.copyOf(added), Set.copyOf(change.added()));
    assertEquals(added.size(), change.added().size());
    assertEquals(without, change.refused());
    assertTrue(without.isEmpty() || free.isEmpty(), "nobody is refused while a number is free");
    refused += without.size();
  }

  private void take(String port, int number, Set<Integer> free) {
    assertTrue(number < NUMBERS);
    String user = users.put(number, port);
    assertTrue(user == null || user.equals(port), port + " got the number of " + user);
    returned += user == null ? 0 : 1;
    assertTrue(present.put(port, number) == null);
    assertEquals(present.size(), new HashSet<>(present.values()).size());
    free.remove(number);
  }

  private Set<Integer> freeNumbers() {
    Set<Integer> free = IntStream.range(0, NUMBERS).boxed().collect(Collectors.toSet());
    free.removeAll(users.keySet());
    return free;
  }

  private static Set<Integer> numbersOfAbsent(Map<String, Integer> before, Set<String> wanted) {
    Map<String, Integer> absent = new HashMap<>(before);
    absent.keySet().removeAll(wanted);
    return Set.copyOf(absent.values());
  }

  @Test
  void shouldKnowNoNumberOfAPortThatIsNotThere() {
    assertEquals(-1, numbers.of(TestRows.port(1)));
    numbers.assign(List.of(TestRows.port(1)), number -> true);
    assertEquals(0, numbers.of(TestRows.port(1)));
    assertTrue(numbers.isInUse(0));
    assertFalse(numbers.isInUse(1));
    assertFalse(numbers.isInUse(-1));
    numbers.assign(List.of(), number -> false);
    assertEquals(-1, numbers.of(TestRows.port(1)));
    assertFalse(numbers.isInUse(0));
  }

  @Test
  void shouldGiveAPortOneNumberHoweverOftenItIsNamed() {
    LoggingPort port = TestRows.port(1);
    PortNumbers.Change change = numbers.assign(List.of(port, port), number -> true);
    assertEquals(List.of(0), change.added());
  }
}
