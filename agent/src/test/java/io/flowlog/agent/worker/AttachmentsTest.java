package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttachmentsTest {
  private static final LoggingPort PORT_1 = ReplayFixture.port(1, "02:00:00:00:00:01");
  private static final LoggingPort PORT_2 = ReplayFixture.port(2, "02:00:00:00:00:02");

  private final ConcurrentMap<Integer, MadeSource> opened = new ConcurrentHashMap<>();
  private final ConcurrentMap<Integer, String> obstacles = new ConcurrentHashMap<>();
  private int progress;
  private final Attachments attachments = new Attachments(this::open, () -> progress++);

  private LiveSource open(AttachedPort at) throws IOException {
    String obstacle = obstacles.get(at.interfaceIndex());
    if (obstacle != null) {
      throw new IOException(obstacle);
    }
    MadeSource source = new MadeSource();
    opened.put(at.interfaceIndex(), source);
    return source;
  }

  @AfterEach
  void close() throws InterruptedException {
    attachments.awaitClosed();
  }

  private static AttachedPort at(LoggingPort port, int interfaceIndex) {
    return new AttachedPort(port, interfaceIndex, "tap" + interfaceIndex);
  }

  private MadeSource openedAt(int interfaceIndex) {
    return Objects.requireNonNull(opened.get(interfaceIndex));
  }

  @Test
  void shouldOpenWhatIsMissingAndGiveUpWhatIsNotWanted() {
    Attachments.Change first = attachments.follow(List.of(at(PORT_1, 5)));
    assertEquals(List.of(new CaptureOrder.PortSource(PORT_1, openedAt(5))), first.added());
    assertEquals(List.of(), first.removed());

    Attachments.Change second = attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6)));
    assertEquals(List.of(new CaptureOrder.PortSource(PORT_2, openedAt(6))), second.added());
    assertTrue(attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6))).isNothing());

    Attachments.Change third = attachments.follow(List.of(at(PORT_2, 6)));
    assertEquals(List.of(openedAt(5)), third.removed());
    assertEquals(List.of(openedAt(6)), attachments.sources());
    assertNull(attachments.sourceOf(PORT_1));
    assertFalse(openedAt(5).closed);
  }

  @Test
  void shouldGoToTheNewInterfaceOfAPort() {
    attachments.follow(List.of(at(PORT_1, 5)));
    Attachments.Change change = attachments.follow(List.of(at(PORT_1, 7)));
    assertEquals(List.of(openedAt(5)), change.removed());
    assertEquals(openedAt(7), attachments.sourceOf(PORT_1));
  }

  @Test
  void shouldOpenAnotherSourceWhereOneHasEnded() {
    attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6)));
    MadeSource ended = openedAt(5);
    assertFalse(attachments.isAnyExhausted());
    ended.gone = true;
    assertTrue(attachments.isAnyExhausted());

    Attachments.Change change = attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6)));
    assertEquals(List.of(ended), change.removed());
    assertEquals(List.of(new CaptureOrder.PortSource(PORT_1, openedAt(5))), change.added());
    assertFalse(attachments.isAnyExhausted());
  }

  @Test
  void shouldOpenAnotherSourceWhereOneWasGivenBackUnread() {
    attachments.follow(List.of(at(PORT_1, 5)));
    MadeSource unread = openedAt(5);
    attachments.close(unread);
    assertNull(attachments.sourceOf(PORT_1));

    Attachments.Change change = attachments.follow(List.of(at(PORT_1, 5)));
    assertEquals(List.of(), change.removed());
    assertEquals(List.of(new CaptureOrder.PortSource(PORT_1, openedAt(5))), change.added());
  }

  @Test
  void shouldSayWhyAPortIsNotCapturedAndTryAgain() {
    obstacles.put(5, "no room");
    Attachments.Change first = attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6)));
    assertEquals(List.of(PORT_1), first.blind());
    assertEquals(1, first.added().size());
    assertEquals(
        List.of("logging port " + PORT_1.portId() + " is not captured: no room"),
        attachments.problems());
    assertTrue(attachments.whyNot(PORT_1).contains("no room"));

    obstacles.clear();
    Attachments.Change second = attachments.follow(List.of(at(PORT_1, 5), at(PORT_2, 6)));
    assertEquals(List.of(), second.blind());
    assertEquals(List.of(), attachments.problems());
    assertEquals(openedAt(5), attachments.sourceOf(PORT_1));
  }

  @Test
  void shouldOpenAndCloseManyAtOnce() throws InterruptedException {
    List<AttachedPort> ports = new ArrayList<>();
    for (int i = 1; i <= 99; i++) {
      ports.add(at(ReplayFixture.port(i, "02:00:00:00:00:01"), i));
    }
    assertEquals(99, attachments.follow(ports).added().size());
    assertEquals(99, progress);
    attachments.follow(List.of()).removed().forEach(attachments::close);
    attachments.awaitClosed();
    assertTrue(opened.values().stream().allMatch(source -> source.closed));
  }

  @Test
  void shouldNotHideThatASourceWasNotClosed() throws InterruptedException {
    attachments.follow(List.of(at(PORT_1, 5)));
    openedAt(5).closeFailure = new IOException("still mapped");
    attachments.check();
    attachments.follow(List.of()).removed().forEach(attachments::close);
    attachments.awaitClosed();
    assertThrows(IllegalStateException.class, attachments::check);
  }

  @Test
  void shouldNotHideAMistakeOfTheProgram() {
    Attachments wrong =
        new Attachments(
            at -> {
              throw new IllegalArgumentException("never");
            },
            () -> {});
    assertThrows(IllegalStateException.class, () -> wrong.follow(List.of(at(PORT_1, 5))));
  }
}
