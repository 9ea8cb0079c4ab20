package io.flowlog.agent.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;

/**
 * Sends requests to a server as its settings say. Immutable; any thread may use it.
 *
 * <p>Redirects are not followed: what a request carries is for the configured server only. Never
 * {@code Expect: 100-continue}: an early refusal would be waited for without end.
 */
final class HttpSender {
  private final HttpClient client;
  private final ConnectionConfig config;

  /** An answer, read whole. */
  record Answer(int status, HttpHeaders headers, String body) {}

  /** Makes a sender; reads the files of the settings. */
  HttpSender(ConnectionConfig config) throws IOException {
    this.config = config;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(config.connectTimeout())
            .sslContext(config.tls().context());
    ConnectionConfig.Proxy proxy = config.proxy();
    // null is no proxy; without the call it would be that of the JVM's properties
    builder.proxy(
        ProxySelector.of(
            proxy == null ? null : InetSocketAddress.createUnresolved(proxy.host(), proxy.port())));
    client = builder.build();
  }

  /**
   * Sends a request that may come twice, and waits for the answer: a server may close a connection
   * just when the next request comes.
   *
   * @param sizeBytes of the request's body, which has the more time the larger it is
   */
  Answer send(HttpRequest.Builder request, long sizeBytes) throws IOException {
    try {
      return sendOnce(request, sizeBytes);
    } catch (IOException e) {
      if (!HttpFailure.isOfOldConnection(e)) {
        throw e;
      }
      return sendOnce(request, sizeBytes);
    }
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @param sizeBytes of the request's body, which has the more time the larger it is
   */
  Answer sendOnce(HttpRequest.Builder request, long sizeBytes) throws IOException {
    Duration bodyTime = Duration.ofSeconds(sizeBytes / ConnectionConfig.BYTES_PER_SECOND_MIN);
    HttpRequest timed = request.timeout(config.requestTimeout().plus(bodyTime)).build();
    try {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
          client.send(timed, HttpResponse.BodyHandlers.ofPublisher());
      AnswerBody body = new AnswerBody();
      response.body().subscribe(body);
      // the client's own time-out ends with the header
      return new Answer(
          response.statusCode(), response.headers(), body.await(config.requestTimeout()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
