package io.flowlog.agent.metrics;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What the agent tells people while it runs: one line for each event, at most one a minute of each
 * kind. Any thread may speak that may wait for the console; a capture thread must not.
 *
 * <p>Every event is counted, whether it is shown or not. How many of a kind were not shown stands
 * in the next line of that kind.
 */
public final class EventLog {
  private static final long QUIET_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int KINDS = EventKind.values().length;

  private final PrintStream console;
  private final boolean journald;
  private final LongSupplier clockNs;
  private final long[] events = new long[KINDS];
  private final long[] notShown = new long[KINDS];
  private final long[] shownAtNs = new long[KINDS];
  private final boolean[] spoke = new boolean[KINDS];

  /** How much it matters, as journald and as people write it. */
  private enum Priority {
    INFO("<6>", "info: "),
    WARNING("<4>", "warning: "),
    ERROR("<3>", "error: ");

    private final String forJournald;
    private final String forPeople;

    Priority(String forJournald, String forPeople) {
      this.forJournald = forJournald;
      this.forPeople = forPeople;
    }
  }

  /**
   * Makes a log.
   *
   * @param console stderr
   * @param environment tells whether systemd started the program: then journald reads the console
   * @param clockNs a clock that nobody sets
   */
  public EventLog(PrintStream console, Map<String, String> environment, LongSupplier clockNs) {
    this.console = console;
    journald =
        environment.containsKey("JOURNAL_STREAM") || environment.containsKey("INVOCATION_ID");
    this.clockNs = clockNs;
  }

  /** Tells what is as it should be. */
  public void info(EventKind kind, String text) {
    tell(Priority.INFO, kind, text);
  }

  /** Tells what somebody should look after; the text says what failed and a remedy. */
  public void warning(EventKind kind, String text) {
    tell(Priority.WARNING, kind, text);
  }

  /** Tells that something does not work; the text says what failed and a remedy. */
  public void error(EventKind kind, String text) {
    tell(Priority.ERROR, kind, text);
  }

  private synchronized void tell(Priority priority, EventKind kind, String text) {
    int index = kind.ordinal();
    long nowNs = clockNs.getAsLong();
    events[index]++;
    if (spoke[index] && nowNs - shownAtNs[index] < QUIET_NS) {
      notShown[index]++;
      return;
    }
    StringBuilder line = new StringBuilder();
    line.append(journald ? priority.forJournald : priority.forPeople);
    line.append(HarmlessText.of(text));
    if (notShown[index] > 0) {
      line.append(" (").append(notShown[index]).append(" more of kind ").append(kind.label());
      line.append(" were not shown)");
    }
    console.print(line.append('\n'));
    console.flush();
    spoke[index] = true;
    shownAtNs[index] = nowNs;
    notShown[index] = 0;
  }

  /** Returns how many events of a kind there were. */
  public synchronized long count(EventKind kind) {
    return events[kind.ordinal()];
  }
}
