package io.flowlog.agent.store;

import io.flowlog.agent.store.HttpSender.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * The way of the SDK's requests: the same as of those to Swift and Keystone, with the same
 * encryption, proxies and time-outs. Immutable.
 */
record S3Http(HttpSender http) implements SdkHttpClient {
  /** What the JDK's client writes itself, or what must not be: see {@link HttpSender}. */
  private static final Set<String> LEFT_OUT =
      Set.of("connection", "content-length", "expect", "host");

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Sending(http, request);
  }

  @Override
  public void close() {
    // the sender belongs to others, too
  }

  /** One request; owned by the call that sends it. */
  private static final class Sending implements ExecutableHttpRequest {
    private final HttpSender http;
    private final HttpExecuteRequest request;
    private final ConcurrentLinkedQueue<InputStream> opened = new ConcurrentLinkedQueue<>();

    Sending(HttpSender http, HttpExecuteRequest request) {
      this.http = http;
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      SdkHttpRequest head = request.httpRequest();
      long sizeBytes = head.firstMatchingHeader("Content-Length").map(Long::valueOf).orElse(0L);
      HttpRequest.Builder sent =
          HttpRequest.newBuilder(head.getUri()).method(head.method().name(), body(sizeBytes));
      head.forEachHeader((name, values) -> addHeader(sent, name, values));
      try {
        // Should the beginning of an upload in pieces come twice, one of the two stays empty.
        return response(http.send(sent, sizeBytes));
      } finally {
        // the client closes them only if all went well
        for (InputStream stream : opened) {
          stream.close();
        }
      }
    }

    private BodyPublisher body(long sizeBytes) {
      ContentStreamProvider content = request.contentStreamProvider().orElse(null);
      return content == null || sizeBytes == 0
          ? BodyPublishers.noBody()
          : BodyPublishers.fromPublisher(
              BodyPublishers.ofInputStream(() -> open(content)), sizeBytes);
    }

    private InputStream open(ContentStreamProvider content) {
      InputStream stream = content.newStream();
      opened.add(stream);
      return stream;
    }

    private static void addHeader(HttpRequest.Builder sent, String name, List<String> values) {
      if (!LEFT_OUT.contains(name.toLowerCase(Locale.ROOT))) {
        values.forEach(value -> sent.header(name, value));
      }
    }

    private static HttpExecuteResponse response(Answer answer) {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      return HttpExecuteResponse.builder()
          .response(
              SdkHttpResponse.builder()
                  .statusCode(answer.status())
                  .headers(answer.headers().map())
                  .build())
          .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
          .build();
    }

    @Override
    public void abort() {
      // Called only at the end of time-outs of the SDK's own, of which none is set.
    }
  }
}
