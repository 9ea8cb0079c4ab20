package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.ServiceListener;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.bridge.MonotonicClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd is told, as a process hears it that listens as systemd does. */
class ServiceManagerTest {
  private static final String OWN_PROCESS = Long.toString(ProcessHandle.current().pid());

  @TempDir Path folder = Path.of("");
  private final LoggedEvents events = new LoggedEvents();

  private ServiceManager manager(Map<String, String> environment) {
    return ServiceManager.of(environment, events.log());
  }

  private Optional<Duration> period(String micros, String process) {
    return manager(Map.of("WATCHDOG_USEC", micros, "WATCHDOG_PID", process)).watchdogPeriod();
  }

  @Test
  void shouldTellWhatHappensInOrder() throws IOException {
    String socket = folder.resolve("notify").toString();
    try (ServiceListener listener = new ServiceListener(socket)) {
      ServiceManager manager =
          manager(Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "60000000"));
      manager.ready("captures 3 ports");
      manager.status("captures 4 ports\nREADY=0");
      manager.watchdog();
      manager.stopping();
      assertEquals("READY=1\nSTATUS=captures 3 ports\n", listener.next());
      assertEquals("STATUS=captures 4 ports READY=0\n", listener.next());
      assertEquals("WATCHDOG=1\n", listener.next());
      assertEquals("STOPPING=1\n", listener.next());
    }
    assertEquals(List.of(), events.lines());
  }

  @Test
  void shouldTellWhenAReloadBegan() throws IOException {
    String socket = "@flowlog-notify-" + OWN_PROCESS;
    try (ServiceListener listener = new ServiceListener(socket)) {
      ServiceManager manager = manager(Map.of("NOTIFY_SOCKET", socket));
      long beforeMicros = new MonotonicClock().readNs() / 1000;
      manager.reloading();
      long afterMicros = new MonotonicClock().readNs() / 1000;
      manager.ready("again");
      String words = listener.next();
      assertTrue(words.matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+\n"), words);
      long micros = Long.parseLong(words.split("=", -1)[2].strip());
      assertTrue(beforeMicros <= micros && micros <= afterMicros, words);
      assertEquals("READY=1\nSTATUS=again\n", listener.next());
    }
  }

  @Test
  void shouldTellNothingToNobody() {
    ServiceManager manager = manager(Map.of());
    manager.ready("ready");
    manager.reloading();
    manager.status("text");
    manager.watchdog();
    manager.stopping();
    assertEquals(Optional.empty(), manager.watchdogPeriod());
    assertEquals(List.of(), events.lines());
  }

  @Test
  void shouldKnowHowLongTheWatchdogWaits() {
    assertEquals(Optional.of(Duration.ofMillis(1500)), period("1500000", OWN_PROCESS));
    assertEquals(
        Optional.of(Duration.ofSeconds(60)),
        manager(Map.of("WATCHDOG_USEC", "60000000")).watchdogPeriod());
    assertEquals(Optional.empty(), period("0", OWN_PROCESS));
    assertEquals(Optional.empty(), period("60000000", OWN_PROCESS + "0"));
    assertEquals(List.of(), events.lines());
  }

  @Test
  void shouldNotBotherAWatchdogThatDoesNotWait() throws IOException {
    String socket = folder.resolve("notify").toString();
    try (ServiceListener listener = new ServiceListener(socket)) {
      ServiceManager manager = manager(Map.of("NOTIFY_SOCKET", socket));
      manager.watchdog();
      manager.status("only this");
      assertEquals("STATUS=only this\n", listener.next());
    }
  }

  @Test
  void shouldWarnOfAnEnvironmentThatItCannotUse() {
    assertEquals(Optional.empty(), period("soon", OWN_PROCESS));
    assertEquals(
        List.of("warning: WATCHDOG_USEC=soon is no number: the watchdog is told nothing"),
        events.lines());

    LoggedEvents others = new LoggedEvents();
    ServiceManager manager =
        ServiceManager.of(Map.of("NOTIFY_SOCKET", "vsock:2:1234"), others.log());
    manager.ready("ready");
    assertEquals(
        List.of(
            "warning: NOTIFY_SOCKET=vsock:2:1234 is no unix socket: the service manager is told"
                + " nothing"),
        others.lines());
  }

  @Test
  void shouldTellLaterWhatCouldNotBeTold() throws IOException {
    String socket = folder.resolve("notify").toString();
    ServiceManager manager = manager(Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "60000000"));
    manager.reloading();
    manager.ready("first");
    manager.status("second");
    manager.watchdog();
    assertEquals(4, events.log().count(EventKind.SERVICE_MANAGER));
    assertEquals(
        List.of(
            "warning: service manager: send a datagram to "
                + socket
                + ": ENOENT: nothing has this name: see whether what makes it runs"),
        events.lines());
    try (ServiceListener listener = new ServiceListener(socket)) {
      manager.watchdog();
      manager.watchdog();
      assertEquals("READY=1\nSTATUS=second\nWATCHDOG=1\n", listener.next());
      assertEquals("WATCHDOG=1\n", listener.next());
    }
  }
}
