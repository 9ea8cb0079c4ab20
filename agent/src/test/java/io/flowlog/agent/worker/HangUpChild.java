package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventLog;
import java.io.IOException;
import java.util.Map;

/** The program that {@link HangUpSignalTest} sends signals to: prints a line at each SIGHUP. */
final class HangUpChild {
  private HangUpChild() {}

  public static void main(String[] arguments) throws IOException {
    EventLog log = new EventLog(System.out, Map.of(), System::nanoTime);
    HangUpSignal.onHangUp(() -> System.out.println("hung up"), log);
    System.out.println("listens");
    if (System.in.read() < 0) {
      System.out.println("ends");
    }
  }
}
