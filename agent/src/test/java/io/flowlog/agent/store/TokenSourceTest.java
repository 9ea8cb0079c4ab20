package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.store.StoreException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TokenSourceTest {
  private final ManualTicks clock = new ManualTicks();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean fails;
  private volatile Duration lifetime = Duration.ofHours(1);
  private final TokenSource source = new TokenSource(this::fetch, clock);

  private Token fetch() throws StoreException {
    int number = asked.incrementAndGet();
    if (fails) {
      throw new StoreException(Code.NOT_AUTHENTICATED, "failure " + number, null);
    }
    return new Token("token " + number, lifetime, "user", null);
  }

  @Test
  void shouldKeepATokenUntilAMinuteBeforeItExpires() throws StoreException {
    assertEquals("token 1", source.current().text());
    clock.pass(Duration.ofMinutes(59).minusNanos(1));
    assertEquals("token 1", source.current().text());
    clock.pass(Duration.ofNanos(1));
    assertEquals("token 2", source.current().text());
    assertEquals(2, asked.get());
  }

  @Test
  void shouldKeepAShortLivedTokenForMostOfItsLife() throws StoreException {
    lifetime = Duration.ofSeconds(10);
    source.current();
    clock.pass(Duration.ofSeconds(8).minusNanos(1));
    assertEquals("token 1", source.current().text());
    clock.pass(Duration.ofNanos(1));
    assertEquals("token 2", source.current().text());
  }

  @Test
  void shouldRenewARefusedTokenOnceForAllWhoHadIt() throws StoreException {
    Token refused = source.current();
    Token renewed = source.renewed(refused);
    assertEquals("token 2", renewed.text());
    assertEquals(renewed, source.renewed(refused));
    assertEquals(renewed, source.current());
    assertEquals("token 3", source.renewed(renewed).text());
    assertEquals(3, asked.get());
  }

  @Test
  void shouldTellAFailureAgainForAMomentWithoutAsking() {
    fails = true;
    StoreException first = assertThrows(StoreException.class, source::current);
    clock.pass(TokenSource.FAILURE_COUNTS.minusNanos(1));
    fails = false;
    StoreException second = assertThrows(StoreException.class, source::current);
    assertEquals("failure 1", first.getMessage());
    assertEquals("failure 1", second.getMessage());
    assertEquals(Code.NOT_AUTHENTICATED, second.code());
    assertNotSame(first, second);
    clock.pass(Duration.ofNanos(1));
    assertEquals("token 2", assertGiven());
  }

  private String assertGiven() {
    try {
      return source.current().text();
    } catch (StoreException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldKeepTheGoodTokenWhenARenewalOfAnotherFails() throws StoreException {
    Token good = source.current();
    fails = true;
    assertThrows(StoreException.class, () -> source.renewed(good));
    assertEquals(good, source.current());
  }

  @Test
  void shouldAskOnceForAllThreadsThatWantAToken() throws Exception {
    assertEquals(List.of("token 1"), wantedByMany(false));
    assertEquals(1, asked.get());
  }

  @Test
  void shouldTellAllThreadsThatItFailed() throws Exception {
    assertEquals(List.of("failure 1"), wantedByMany(true));
    assertEquals(1, asked.get());
  }

  /** Lets eight threads want a token while one of them asks, and returns what came of it. */
  private List<String> wantedByMany(boolean failing) throws Exception {
    fails = failing;
    CountDownLatch isAsking = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    TokenSource slow =
        new TokenSource(
            () -> {
              isAsking.countDown();
              awaitCalmly(mayAnswer);
              return fetch();
            },
            clock);
    List<FutureTask<String>> wishes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<String> wish = new FutureTask<>(() -> slow.current().text());
      wishes.add(wish);
      new Thread(wish, "wish-" + i).start();
    }
    awaitCalmly(isAsking);
    mayAnswer.countDown();
    List<String> outcomes = new ArrayList<>();
    for (FutureTask<String> wish : wishes) {
      outcomes.add(outcome(wish));
    }
    return outcomes.stream().distinct().toList();
  }

  private static void awaitCalmly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String outcome(FutureTask<String> wish) throws InterruptedException {
    try {
      return wish.get();
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause()).replaceFirst(".*: ", "");
    }
  }

  @Test
  void shouldNotShowAToken() {
    Token token = new Token("very-secret", Duration.ZERO, "user", null);
    assertEquals("***", token.toString());
  }
}
