package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is lost on the way, a reader of everything that is told knows what is there. */
class LinkMonitorModelTest {
  private static final int CASES = 5_000;
  private static final int STEPS = 40;

  /** How many calls a calm kernel can be read with: more is a loop. */
  private static final int CALLS_MAX = 20;

  private long overruns;
  private long silentLosses;
  private long unfinishedLists;
  private long timesWhole;

  @Test
  void shouldKnowWhatIsThere() throws NativeException {
    for (int seed = 0; seed < CASES; seed++) {
      play(seed);
    }

    // everything that can go wrong did, or the model tests nothing
    assertTrue(overruns > CASES && silentLosses > CASES, () -> overruns + " " + silentLosses);
    assertTrue(unfinishedLists > CASES && timesWhole > CASES, () -> unfinishedLists + "");
  }

  private void play(int seed) throws NativeException {
    Random random = new Random(seed);
    LinkKernel kernel = new LinkKernel(random);
    LinkView view = new LinkView();
    try (LinkMonitor monitor = LinkMonitor.open(kernel::open)) {
      for (int step = 0; step < STEPS; step++) {
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 20 : 3); i > 0; i--) {
          kernel.change();
        }
        monitor.poll(view);
        compareIfTold(seed, kernel, monitor, view);
      }
      kernel.calmDown();
      readAll(seed, monitor, view);
      assertEquals(kernel.names(), view.names(), () -> "seed " + seed);
      overruns += monitor.overruns();
    }
    silentLosses += kernel.silentLosses();
    unfinishedLists += view.lists() - view.wholeLists();
  }

  /** It must not believe to know when it does not. */
  private void compareIfTold(int seed, LinkKernel kernel, LinkMonitor monitor, LinkView view) {
    if (monitor.isWhole() && !kernel.hasNews()) {
      assertEquals(kernel.names(), view.names(), () -> "seed " + seed);
      timesWhole++;
    }
  }

  private static void readAll(int seed, LinkMonitor monitor, LinkView view) throws NativeException {
    int calls = 0;
    while (monitor.await(0)) {
      monitor.poll(view);
      assertFalse(++calls > CALLS_MAX, () -> "seed " + seed + " never ends");
    }
  }
}
