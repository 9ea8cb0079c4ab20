package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.LoggerLife;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StoreException.Code;
import io.flowlog.agent.store.StorePlace;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random files, stores that fail, and stores that hang, beside a naive account of the rules. */
class UploadBoardModelTest {
  private static final int ROUNDS = 60;
  private static final int STEPS = 600;
  private static final int FAILURES = 3;
  private static final Instant NOW = Instant.EPOCH;
  private final StoreException broken = new StoreException(Code.UNAVAILABLE, "503", null);

  private final Random random = new Random(20_261_120);
  private final Map<String, Integer> uploadsMax = new HashMap<>();
  private final Map<UUID, Model> models = new LinkedHashMap<>();
  private final List<UploadTask> running = new ArrayList<>();
  private UploadBoard board = board(1);
  private int inAll;
  private long nowNs;
  private long turns;

  /** What is known of one logger. */
  private static final class Model {
    private final String endpoint;
    private final TreeSet<Long> waiting = new TreeSet<>();
    private boolean wantsProbe = true;
    private boolean trusted;
    private boolean delayed;
    private int failures;
    private @Nullable UploadTask task;
    private long lastTurn;

    Model(String endpoint) {
      this.endpoint = endpoint;
    }

    boolean isReady() {
      return task == null && !delayed && (wantsProbe || !waiting.isEmpty());
    }
  }

  private static SealedFile file(UUID loggerId, long number) {
    return new SealedFile(
        loggerId, number, 0, 1, 1, Path.of(loggerId + "-" + number), new ObjectKey("k" + number));
  }

  private UploadBoard board(int wanted) {
    return new UploadBoard(
        to -> new StorePlace(to.url(), TestUploads.store(file -> {})),
        new UploadSlots(uploadsMax, wanted),
        FAILURES,
        random);
  }

  private void begin() {
    models.clear();
    running.clear();
    uploadsMax.clear();
    for (int i = random.nextInt(4); i >= 0; i--) {
      uploadsMax.put("https://store-" + i, 1 + random.nextInt(5));
    }
    int wanted = 1 + random.nextInt(12);
    inAll = Math.max(wanted, uploadsMax.size());
    board = board(wanted);
    List<FlowLogger> loggers = new ArrayList<>();
    List<String> endpoints = List.copyOf(uploadsMax.keySet());
    for (int i = random.nextInt(20); i >= 0; i--) {
      UUID id = new UUID(0x4000, i);
      String endpoint = endpoints.get(random.nextInt(endpoints.size()));
      loggers.add(TestUploads.logger(id, endpoint, true));
      models.put(id, new Model(endpoint));
    }
    board.declare(loggers, NOW);
  }

  @Test
  void shouldKeepTheRulesWhateverStoresDo() {
    for (int round = 0; round < ROUNDS; round++) {
      begin();
      for (int step = 0; step < STEPS; step++) {
        step(step);
        checkBounds();
      }
      drain();
    }
  }

  private void step(int number) {
    switch (random.nextInt(6)) {
      case 0, 1 -> post(number);
      case 2, 3 -> poll();
      case 4 -> finishOne(random.nextInt(3) > 0);
      default -> rare();
    }
  }

  private void rare() {
    switch (random.nextInt(4)) {
      case 0 -> leap();
      case 1 -> evict();
      case 2 -> abandonOne();
      default -> {
        while (poll()) {
          checkBounds();
        }
      }
    }
  }

  private UUID anyLogger() {
    List<UUID> ids = List.copyOf(models.keySet());
    return ids.get(random.nextInt(ids.size()));
  }

  private Model model(UUID id) {
    return Objects.requireNonNull(models.get(id));
  }

  private void post(long number) {
    UUID id = anyLogger();
    board.onSealed(file(id, number));
    model(id).waiting.add(number);
  }

  private void evict() {
    UUID id = anyLogger();
    Model model = model(id);
    if (!model.waiting.isEmpty()) {
      board.onGone(file(id, model.waiting.pollFirst()));
    }
  }

  /** After so long no delay lasts. */
  private void leap() {
    nowNs += 2 * LoggerLife.DELAY_MAX_NS;
    models.values().forEach(model -> model.delayed = false);
  }

  private long used(String endpoint, boolean onlyUntrusted) {
    return running.stream()
        .filter(task -> task.place().endpoint().equals(endpoint))
        .filter(task -> !onlyUntrusted || !task.isTrusted())
        .count();
  }

  /** The rules in plain words, from what is under way. */
  private boolean mayRun(Model model) {
    String endpoint = model.endpoint;
    long others = uploadsMax.keySet().stream().filter(name -> used(name, false) == 0).count();
    int attainable =
        Math.min(Objects.requireNonNull(uploadsMax.get(endpoint)), inAll - (uploadsMax.size() - 1));
    if (used(endpoint, false) == 0) {
      return true;
    }
    return used(endpoint, false) < attainable
        && (model.trusted || used(endpoint, true) < Math.max(1, attainable - 1))
        && running.size() + others < inAll;
  }

  private boolean poll() {
    UploadTask task = board.poll(nowNs);
    if (task == null) {
      models.forEach((id, model) -> assertFalse(model.isReady() && mayRun(model), id::toString));
      return false;
    }
    Model model = model(task.loggerId());
    assertNull(model.task, "one at a time");
    assertEquals(model.trusted, task.isTrusted());
    assertTrue(mayRun(model));
    SealedFile file = task.file();
    if (model.wantsProbe) {
      assertNull(file);
    } else {
      assertEquals(model.waiting.first(), assertFile(file).intervalStartNs(), "the oldest first");
    }
    for (Model other : models.values()) {
      boolean waitedLonger = other.isReady() && mayRun(other) && other.lastTurn < model.lastTurn;
      assertFalse(waitedLonger, "each in its turn");
    }
    model.task = task;
    model.lastTurn = ++turns;
    running.add(task);
    return true;
  }

  private static SealedFile assertFile(@Nullable SealedFile file) {
    assertNotNull(file);
    return file;
  }

  private void checkBounds() {
    assertTrue(running.size() <= inAll);
    uploadsMax.forEach((name, max) -> assertTrue(used(name, false) <= max));
  }

  private @Nullable UploadTask removeOne() {
    return running.isEmpty() ? null : running.remove(random.nextInt(running.size()));
  }

  private void abandonOne() {
    UploadTask task = removeOne();
    if (task != null) {
      model(task.loggerId()).task = null;
      board.abandon(task);
    }
  }

  private void finishOne(boolean succeeds) {
    UploadTask task = removeOne();
    if (task == null) {
      return;
    }
    Model model = model(task.loggerId());
    model.task = null;
    model.trusted = succeeds;
    SealedFile file = task.file();
    if (succeeds && file != null) {
      model.waiting.remove(file.intervalStartNs());
    }
    model.delayed = !succeeds;
    model.failures = succeeds ? 0 : model.failures + 1;
    model.wantsProbe =
        !succeeds && (file == null || model.wantsProbe || model.failures >= FAILURES);
    StoreException failure = succeeds ? null : broken;
    UploadOutcome outcome = new UploadOutcome(task.loggerId(), file, failure, null);
    board.finish(task, outcome, nowNs, NOW);
    assertTrue(board.takeOutcomes().contains(outcome));
  }

  /** All stores work again: all goes through. */
  private void drain() {
    leap();
    while (poll() || !running.isEmpty()) {
      finishOne(true);
    }
    models.values().forEach(model -> assertEquals(0, model.waiting.size()));
    assertTrue(board.isQuiet(nowNs));
    assertEquals(List.of(), board.problems());
  }
}
