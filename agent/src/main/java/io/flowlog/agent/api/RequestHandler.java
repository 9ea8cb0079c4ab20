package io.flowlog.agent.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one connection, one after the other. Owned by the listener's thread.
 *
 * <p>Nothing is read while an answer is under way: a client that does not take its answer holds one
 * answer here and no more, until patience ends.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter {
  private static final String SERVED_METHODS = "GET, HEAD";
  private static final Duration LINGER_MAX = Duration.ofSeconds(2);

  private final Pages pages;
  private final OpenConnections connections;
  private final ClientLimits limits;
  private @Nullable Future<?> patience;
  private boolean isFinished;

  RequestHandler(Pages pages, OpenConnections connections, ClientLimits limits) {
    this.pages = pages;
    this.connections = connections;
    this.limits = limits;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    startPatience(context, limits.patience());
  }

  /** Each step has a time of its own, which no trickle of bytes makes longer. */
  private void startPatience(ChannelHandlerContext context, Duration time) {
    endPatience();
    patience =
        context.executor().schedule(() -> close(context), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void endPatience() {
    if (patience != null) {
      patience.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    endPatience();
    context.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!isFinished && message instanceof HttpRequest request) {
        connections.touch(context.channel());
        startPatience(context, limits.patience());
        context.channel().config().setAutoRead(false);
        respond(context, request);
      }
      // else the rest of a request that was answered when its headers were there
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void respond(ChannelHandlerContext context, HttpRequest request) {
    Answer fault = fault(request);
    Answer answer = fault == null ? answer(request) : fault;
    FullHttpResponse response = response(answer, request.method());
    boolean isLast = fault != null || !HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, !isLast);
    ChannelFuture written = context.writeAndFlush(response);
    written.addListener(
        done -> {
          if (!done.isSuccess()) {
            close(context);
          } else if (isLast) {
            finish(context);
          } else {
            startPatience(context, limits.patience());
            context.channel().config().setAutoRead(true);
          }
        });
  }

  /**
   * Lets the client see the end, and drops what it still sends: closed at once, the connection
   * would be reset and the client might never read its answer.
   */
  private void finish(ChannelHandlerContext context) {
    isFinished = true;
    ChannelFuture unused = ((DuplexChannel) context.channel()).shutdownOutput();
    boolean isHasty = limits.patience().compareTo(LINGER_MAX) < 0;
    startPatience(context, isHasty ? limits.patience() : LINGER_MAX);
    context.channel().config().setAutoRead(true);
  }

  /** Returns why the request is none that we can go on with, or null if it is one. */
  private @Nullable Answer fault(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return unreadable(request.decoderResult().cause());
    }
    if (request.headers().size() > limits.headers()) {
      return Answer.words(431, "more than " + limits.headers() + " headers");
    }
    boolean hasBody =
        request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
            || HttpUtil.getContentLength(request, 0L) != 0;
    return hasBody ? Answer.words(400, "nothing here takes a request body: send none") : null;
  }

  private Answer unreadable(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Answer.words(
          414, "the request's first line is longer than " + limits.requestLineBytes() + " bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Answer.words(
          431, "the request's headers are longer than " + limits.headerBytes() + " bytes");
    }
    return Answer.words(400, "this is no HTTP request that can be read");
  }

  private Answer answer(HttpRequest request) {
    String target = request.uri();
    int query = target.indexOf('?');
    Page page = pages.find(query < 0 ? target : target.substring(0, query));
    if (page == null) {
      return Answer.words(404, "no such page here: there is " + pages.names());
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return Answer.words(405, "this page can only be read: use " + SERVED_METHODS);
    }
    return answer(page);
  }

  private static Answer answer(Page page) {
    try {
      return page.answer();
    } catch (RuntimeException e) {
      return Answer.words(500, "a mistake in the program: report it with this line: " + e);
    }
  }

  private static FullHttpResponse response(Answer answer, HttpMethod method) {
    ByteBuf text = Unpooled.wrappedBuffer(answer.text().getBytes(StandardCharsets.UTF_8));
    int length = text.readableBytes();
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            method.equals(HttpMethod.HEAD) ? Unpooled.EMPTY_BUFFER : text);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("X-Content-Type-Options", "nosniff");
    if (answer.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
      response.headers().set(HttpHeaderNames.ALLOW, SERVED_METHODS);
    }
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // a client's broken connection; other failures have become answers
    close(context);
  }

  private static void close(ChannelHandlerContext context) {
    ChannelFuture unused = context.close();
  }
}
