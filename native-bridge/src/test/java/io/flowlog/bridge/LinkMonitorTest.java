package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel seldom does: lists that break off or fail, news that overtake a list. */
class LinkMonitorTest {
  private static final int EPERM = 1;
  private static final int ENOBUFS = 105;

  private final ScriptedQueue first = new ScriptedQueue();
  private final ScriptedQueue second = new ScriptedQueue();
  private final LinkView view = new LinkView();
  private LinkMonitor monitor;

  @BeforeEach
  void open() throws NativeException {
    monitor = LinkMonitor.open(List.of(first, second).iterator()::next);
  }

  private static byte[] there(int index, String name) {
    return link(index, name).toBytes();
  }

  private static LinkBytes link(int index, String name) {
    return new LinkBytes().link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, index, Abi.IFF_UP).name(name);
  }

  private static byte[] gone(int index) {
    return new LinkBytes().link(Abi.RTM_DELLINK, Abi.AF_UNSPEC, index, 0).toBytes();
  }

  private static byte[] listed(int sequence, int index, String name) {
    return link(index, name).answering(ScriptedQueue.NETLINK_PORT, sequence).toBytes();
  }

  private static byte[] end(int sequence, int error) {
    return number(Abi.NLMSG_DONE, sequence, error).toBytes();
  }

  private static byte[] refusal(int sequence, int error) {
    return number(Abi.NLMSG_ERROR, sequence, error).toBytes();
  }

  private static LinkBytes number(int type, int sequence, int error) {
    return new LinkBytes().number(type, -error).answering(ScriptedQueue.NETLINK_PORT, sequence);
  }

  private static void answer(ScriptedQueue queue, int index, String name) {
    queue.answer(sequence -> List.of(listed(sequence, index, name), end(sequence, 0)));
  }

  private void readAll() throws NativeException {
    while (monitor.await(0)) {
      monitor.poll(view);
    }
    assertTrue(monitor.isWhole());
    assertTrue(first.isUsedUp() && second.isUsedUp());
  }

  @Test
  void shouldListAtFirst() throws NativeException {
    answer(first, 1, "lo");

    assertTrue(monitor.await(0));
    assertEquals(1, monitor.poll(view));
    assertTrue(monitor.isWhole());
    assertFalse(monitor.await(0));
    assertEquals(Map.of(1, "lo"), view.names());
    assertEquals(1, view.wholeLists());
    assertEquals(0, monitor.overruns());
  }

  @Test
  void shouldReadAllThatIsThereBeforeItListsAgain() throws NativeException {
    answer(first, 1, "lo");
    readAll();
    first.add(ScriptedQueue.LOST);
    first.add(there(2, "tap2"));
    first.add(there(3, "tap3"));
    answer(first, 3, "tap3");

    readAll();
    assertEquals(Map.of(3, "tap3"), view.names());
    assertEquals(1, monitor.overruns());
  }

  @Test
  void shouldListAgainWhenSomethingWasLostDuringAList() throws NativeException {
    first.answer(s -> List.of(listed(s, 1, "lo"), ScriptedQueue.LOST, end(s, 0)));
    answer(first, 2, "tap2");

    readAll();
    assertEquals(Map.of(2, "tap2"), view.names());
    assertEquals(2, view.lists());
    assertEquals(1, view.wholeLists());
  }

  @Test
  void shouldListAgainWhenTheListWasInterrupted() throws NativeException {
    first.answer(
        s -> {
          LinkBytes end = number(Abi.NLMSG_DONE, s, 0).flags(Abi.NLM_F_DUMP_INTR);
          return List.of(listed(s, 1, "lo"), end.toBytes());
        });
    answer(first, 2, "tap2");

    readAll();
    assertEquals(Map.of(2, "tap2"), view.names());
    assertEquals(1, view.wholeLists());
    assertEquals(0, monitor.overruns());
  }

  @Test
  void shouldListAgainWhenNewsContradictTheList() throws NativeException {
    first.answer(s -> List.of(gone(7), listed(s, 7, "tap7"), end(s, 0)));
    first.answer(s -> List.of(there(8, "tap8"), listed(s, 8, "old"), end(s, 0)));
    answer(first, 8, "tap8");

    readAll();
    assertEquals(Map.of(8, "tap8"), view.names());
    assertEquals(1, view.wholeLists());
  }

  @Test
  void shouldNotListAgainWhenNewsAgreeWithTheList() throws NativeException {
    first.answer(s -> List.of(there(7, "tap7"), listed(s, 7, "tap7"), end(s, 0), gone(7)));

    readAll();
    assertEquals(Map.of(), view.names());
    assertEquals(1, view.lists());
  }

  @Test
  void shouldOpenAnotherQueueWhenAListBreaksOff() throws NativeException {
    first.answer(s -> List.of(listed(s, 1, "lo")));
    answer(second, 2, "tap2");

    readAll();
    assertTrue(first.isClosed());
    assertEquals(Map.of(2, "tap2"), view.names());
    assertEquals(1, monitor.overruns());
  }

  @Test
  void shouldOpenAnotherQueueWhenThereWasNoMemoryForAList() throws NativeException {
    first.answer(s -> List.of(refusal(s, ENOBUFS)));
    answer(second, 2, "tap2");

    readAll();
    assertTrue(first.isClosed());
    assertEquals(1, monitor.overruns());
  }

  @Test
  void shouldSayThatItMayNotListAndTryAgainWhenAskedTo() throws NativeException {
    first.answer(s -> List.of(refusal(s, EPERM)));
    first.answer(s -> List.of(end(s, EPERM)));
    answer(first, 1, "lo");

    for (int i = 0; i < 2; i++) {
      NativeException failure = assertThrows(NativeException.class, () -> monitor.poll(view));
      assertEquals(Errno.EPERM, failure.errno());
      assertEquals("network interfaces: list them", failure.operation());
      assertFalse(monitor.isWhole());
    }
    readAll();
    assertEquals(Map.of(1, "lo"), view.names());
    assertEquals(1, view.wholeLists());
  }

  @Test
  void shouldNotTakeTheEndOfAnothersListForItsOwn() throws NativeException {
    first.answer(
        s -> {
          LinkBytes foreign = number(Abi.NLMSG_DONE, s, 0);
          foreign.answering(ScriptedQueue.NETLINK_PORT + 1, s);
          return List.of(foreign.toBytes(), listed(s, 1, "lo"), end(s, 0));
        });

    readAll();
    assertEquals(Map.of(1, "lo"), view.names());
    assertEquals(1, view.lists());
  }

  @Test
  void shouldListAgainAfterADatagramWithoutItsEnd() throws NativeException {
    answer(first, 1, "lo");
    readAll();
    byte[] long70k = Arrays.copyOf(there(2, "tap2"), 70_000);
    first.add(long70k);
    answer(first, 2, "tap2");

    readAll();
    assertEquals(Map.of(2, "tap2"), view.names());
    assertEquals(1, monitor.overruns());
  }

  @Test
  void shouldLeaveTheRestForAnotherCall() throws NativeException {
    answer(first, 1, "lo");
    readAll();
    for (int i = 0; i < 3_000; i++) {
      first.add(there(7, "tap" + i));
    }

    assertTrue(monitor.poll(view) < 3_000);
    assertTrue(monitor.await(0));
    readAll();
    assertEquals("tap2999", view.names().get(7));
  }

  @Test
  void shouldCloseItsQueue() {
    monitor.close();

    assertTrue(first.isClosed());
  }
}
