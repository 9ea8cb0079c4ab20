package io.flowlog.agent.architecture.wrong.decode;

import java.util.function.LongSupplier;

/** Asks for the time by a method reference. */
public final class ReadsClock {
  public LongSupplier clock() {
    return System::nanoTime;
  }
}
