package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PortSharesTest {
  private static final int CAPACITY = 100;

  private final PortShares shares = new PortShares(CAPACITY);

  @Test
  void shouldLetEveryPortReachItsShareWhateverOthersDo() {
    Random random = new Random(17);
    for (int round = 0; round < 200; round++) {
      PortShares tried = new PortShares(CAPACITY);
      int ports = random.nextInt(9) + 1;
      for (int port = 0; port < ports; port++) {
        tried.add(port);
      }
      for (int step = 0; step < 500; step++) {
        step(tried, random.nextInt(ports), random);
        expectNobodyOwed(tried, ports);
      }
    }
  }

  private static void step(PortShares tried, int port, Random random) {
    int units = random.nextInt(2) + 1;
    if (random.nextInt(3) != 0) {
      if (tried.mayTake(port, units)) {
        tried.take(port, units);
      }
    } else if (tried.used(port) >= units) {
      tried.take(port, -units);
    }
  }

  /** What is free suffices for all that ports may still take of their shares. */
  private static void expectNobodyOwed(PortShares tried, int ports) {
    int free = CAPACITY;
    int owed = 0;
    for (int port = 0; port < ports; port++) {
      free -= tried.used(port);
      owed += Math.max(0, CAPACITY / ports - tried.used(port));
      assertEquals(tried.used(port) > CAPACITY / ports, tried.isOverShare(port));
    }
    assertTrue(free >= owed);
    for (int port = 0; port < ports; port++) {
      boolean within = tried.used(port) < CAPACITY / ports;
      assertEquals(within || free > owed, tried.mayTake(port, 1));
    }
  }

  @Test
  void shouldGiveASinglePortEverything() {
    shares.add(3);
    shares.take(3, CAPACITY - 1);

    assertTrue(shares.mayTake(3, 1));
    assertFalse(shares.mayTake(3, 2));
    shares.take(3, 1);
    assertFalse(shares.mayTake(3, 1));
    assertFalse(shares.isOverShare(3));
  }

  @Test
  void shouldStopAPortAtWhatIsOwedToOthers() {
    shares.add(0);
    shares.add(1);
    shares.take(0, 50);

    assertFalse(shares.mayTake(0, 1));
    shares.remove(1);
    assertTrue(shares.mayTake(0, 1));
    shares.add(1);
    assertFalse(shares.mayTake(0, 1));
    assertTrue(shares.mayTake(1, 2));
  }

  @Test
  void shouldOweNothingToAPortThatIsGone() {
    shares.add(0);
    shares.add(1);
    shares.take(1, 10);
    shares.remove(1);

    assertTrue(shares.isOverShare(1));
    shares.take(0, 90);
    assertFalse(shares.mayTake(0, 1));
    shares.take(1, -10);
    assertTrue(shares.mayTake(0, 10));
  }

  @Test
  void shouldCountAPortOnce() {
    shares.add(0);
    shares.add(0);
    shares.take(0, 99);

    assertTrue(shares.mayTake(0, 1));
    shares.remove(5);
    assertTrue(shares.mayTake(0, 1));
  }
}
