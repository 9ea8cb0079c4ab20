package io.flowlog.agent.store;

import io.flowlog.agent.store.StoreException.Code;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The token of one identity, kept until shortly before it expires. Any thread may ask.
 *
 * <p>However many want a new one, one of them asks and the others wait for what comes of it. A
 * failure counts for a moment, so that many loggers of one wrong password do not lock its user out.
 */
final class TokenSource {
  /** How long a failure is told again before the service is asked again. */
  static final Duration FAILURE_COUNTS = Duration.ofSeconds(2);

  private static final Duration MARGIN_MAX = Duration.ofMinutes(1);
  private static final int MARGIN_DIVISOR = 5;

  private final TokenClient client;
  private final LongSupplier clockNs;
  private @Nullable Token token;
  private long tokenEndNs;
  private @Nullable StoreException failure;
  private long failureEndNs;
  private @Nullable FutureTask<Token> asking;

  TokenSource(TokenClient client, LongSupplier clockNs) {
    this.client = client;
    this.clockNs = clockNs;
  }

  /** Returns a token that should be good. */
  Token current() throws StoreException {
    return other(null);
  }

  /** Returns a token that is not the one that a store has refused. */
  Token renewed(Token refused) throws StoreException {
    return other(refused);
  }

  private Token other(@Nullable Token refused) throws StoreException {
    FutureTask<Token> task;
    boolean isOwn;
    synchronized (this) {
      long nowNs = clockNs.getAsLong();
      Token known = token;
      if (known != null && !known.equals(refused) && tokenEndNs - nowNs > 0) {
        return known;
      }
      if (failure != null && failureEndNs - nowNs > 0) {
        throw copy(failure);
      }
      FutureTask<Token> others = asking;
      isOwn = others == null;
      task = others == null ? new FutureTask<>(() -> fetch(nowNs)) : others;
      asking = task;
    }
    if (isOwn) {
      task.run();
    }
    return result(task);
  }

  private Token fetch(long askedNs) throws StoreException {
    try {
      Token fetched = client.fetch();
      Duration margin = fetched.lifetime().dividedBy(MARGIN_DIVISOR);
      keep(fetched, askedNs, margin.compareTo(MARGIN_MAX) > 0 ? MARGIN_MAX : margin);
      return fetched;
    } catch (StoreException e) {
      note(e);
      throw e;
    } finally {
      end();
    }
  }

  private synchronized void keep(Token fetched, long askedNs, Duration margin) {
    token = fetched;
    tokenEndNs = askedNs + fetched.lifetime().minus(margin).toNanos();
    failure = null;
  }

  private synchronized void note(StoreException e) {
    failure = e;
    failureEndNs = clockNs.getAsLong() + FAILURE_COUNTS.toNanos();
  }

  private synchronized void end() {
    asking = null;
  }

  private static Token result(FutureTask<Token> task) throws StoreException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreException failure) {
        throw copy(failure);
      }
      throw new IllegalStateException("a token client fails by its own exceptions only", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Code.NOT_AUTHENTICATED, "interrupted while a token came", e);
    }
  }

  /** Each thread has its own: an exception that several throw at once gets mixed up. */
  private static StoreException copy(StoreException e) {
    return new StoreException(e.code(), String.valueOf(e.getMessage()), e);
  }
}
