package io.flowlog.agent.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of an answer, of bounded size and in bounded time. Filled by one thread of the
 * client, awaited by the one that asked.
 */
final class AnswerBody implements Flow.Subscriber<List<ByteBuffer>> {
  /** Catalogs of large clouds have some hundred thousand. */
  static final int BYTES_MAX = 4 << 20;

  private final CountDownLatch end = new CountDownLatch(1);
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable failure;

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (bytes.size() + buffer.remaining() > BYTES_MAX) {
        onError(new IOException("the answer is larger than " + BYTES_MAX + " bytes"));
        cancel();
        return;
      }
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      bytes.write(part, 0, part.length);
    }
  }

  @Override
  public void onError(Throwable throwable) {
    failure = throwable;
    end.countDown();
  }

  @Override
  public void onComplete() {
    end.countDown();
  }

  /** Waits for the end and returns everything as text. */
  String await(Duration patience) throws IOException, InterruptedException {
    if (!end.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      cancel();
      throw new HttpTimeoutException("the answer broke off");
    }
    Throwable problem = failure;
    if (problem != null) {
      throw problem instanceof IOException known ? known : new IOException(problem);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void cancel() {
    Flow.Subscription running = subscription;
    if (running != null) {
      running.cancel();
    }
  }
}
