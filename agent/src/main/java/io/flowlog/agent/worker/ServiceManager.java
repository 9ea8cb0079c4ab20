package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.bridge.LocalDatagrams;
import io.flowlog.bridge.MonotonicClock;
import io.flowlog.bridge.NativeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Tells systemd, or whoever started the program with NOTIFY_SOCKET, how it is; does nothing when
 * nobody wants to know. Any thread may use it; a call waits a second at most.
 *
 * <p>What could not be told is logged and goes along with the next thing that is told, the watchdog
 * included.
 */
public final class ServiceManager {
  private static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG_MICROS = "WATCHDOG_USEC";
  private static final String WATCHDOG_PROCESS = "WATCHDOG_PID";
  private static final String NOTHING = "";

  private final String socket;
  private final Duration watchdogPeriod;
  private final EventLog log;
  private String untoldState = NOTHING;
  private String untoldStatus = NOTHING;

  private ServiceManager(String socket, Duration watchdogPeriod, EventLog log) {
    this.socket = socket;
    this.watchdogPeriod = watchdogPeriod;
    this.log = log;
  }

  /** Finds out from a process's environment whom to tell, and how often. */
  public static ServiceManager of(Map<String, String> environment, EventLog log) {
    String socket = environment.getOrDefault(NOTIFY_SOCKET, NOTHING);
    if (!socket.isEmpty() && !LocalDatagrams.isAddress(socket)) {
      log.warning(
          EventKind.SERVICE_MANAGER,
          NOTIFY_SOCKET + "=" + socket + " is no unix socket: the service manager is told nothing");
      socket = NOTHING;
    }
    return new ServiceManager(socket, period(environment, log), log);
  }

  private static Duration period(Map<String, String> environment, EventLog log) {
    String own = Long.toString(ProcessHandle.current().pid());
    String micros = environment.getOrDefault(WATCHDOG_MICROS, NOTHING);
    if (micros.isEmpty() || !environment.getOrDefault(WATCHDOG_PROCESS, own).equals(own)) {
      return Duration.ZERO;
    }
    try {
      long nanos = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros));
      return nanos > 0 ? Duration.ofNanos(nanos) : Duration.ZERO;
    } catch (NumberFormatException e) {
      log.warning(
          EventKind.SERVICE_MANAGER,
          WATCHDOG_MICROS + "=" + micros + " is no number: the watchdog is told nothing");
      return Duration.ZERO;
    }
  }

  /**
   * Returns how long the service manager waits for a sign of life before it ends the program, none
   * if it does not. Twice in that time {@link #watchdog} is to be called.
   */
  public Optional<Duration> watchdogPeriod() {
    return Optional.of(watchdogPeriod).filter(period -> !period.isZero());
  }

  /** The program does its work from now on, again after {@link #reloading}. */
  public void ready(String status) {
    tell("READY=1\n", statusLine(status), NOTHING);
  }

  /** A line for whoever asks the service manager. */
  public void status(String text) {
    tell(NOTHING, statusLine(text), NOTHING);
  }

  /** Settings are read again; ends with {@link #ready}. */
  public void reloading() {
    try {
      long micros = TimeUnit.NANOSECONDS.toMicros(new MonotonicClock().readNs());
      tell("RELOADING=1\nMONOTONIC_USEC=" + micros + "\n", NOTHING, NOTHING);
    } catch (NativeException e) {
      warn(e);
    }
  }

  /** The program was asked to end, and does. */
  public void stopping() {
    tell("STOPPING=1\n", NOTHING, NOTHING);
  }

  /** All threads make progress. */
  public void watchdog() {
    tell(NOTHING, NOTHING, watchdogPeriod.isZero() ? NOTHING : "WATCHDOG=1\n");
  }

  /** One line: the service manager would read a second one as something else. */
  private static String statusLine(String text) {
    return "STATUS=" + text.replaceAll("\\p{Cntrl}+", " ") + "\n";
  }

  /** Tells what is not empty, after what could not be told before and still holds. */
  private synchronized void tell(String state, String status, String sign) {
    untoldState = state.isEmpty() ? untoldState : state;
    untoldStatus = status.isEmpty() ? untoldStatus : status;
    String words = untoldState + untoldStatus + sign;
    if (!socket.isEmpty() && !words.isEmpty()) {
      send(words);
    }
  }

  private void send(String words) {
    try {
      LocalDatagrams.send(socket, words.getBytes(StandardCharsets.UTF_8));
      untoldState = NOTHING;
      untoldStatus = NOTHING;
    } catch (NativeException e) {
      warn(e);
    }
  }

  private void warn(NativeException failure) {
    log.warning(EventKind.SERVICE_MANAGER, "service manager: " + failure.getMessage());
  }
}
