package io.flowlog.agent.architecture.wrong.store;

import java.util.function.Function;

/** Makes a thread by a constructor reference. */
public final class StartsThread {
  public Function<Runnable, Thread> factory() {
    return Thread::new;
  }
}
