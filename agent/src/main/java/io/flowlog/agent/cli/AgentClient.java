package io.flowlog.agent.cli;

import io.flowlog.agent.cli.table.DisplayText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Asks the agent of this host by its unix socket. Immutable.
 *
 * <p>Request and answer are a few lines of HTTP here: the JDK's client knows no unix sockets, and
 * netty's takes five times the processor time (0.3 s against 0.06 s, the JVM's start included).
 *
 * @param patience how long an answer may take
 * @param answerBytesMax how long it may be
 */
record AgentClient(Path socket, Duration patience, int answerBytesMax) {
  private static final String CONFIG_REMEDY = " or name its configuration by --config";

  AgentClient(Path socket) {
    this(socket, Duration.ofSeconds(10), 64 << 20);
  }

  /** Returns what a page says. */
  byte[] get(String page) throws CommandFailure {
    byte[] reply;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw silent();
      }
      // HTTP/1.0: the end of the connection is the end of the answer
      byte[] request = ("GET " + page + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(request)); // into an empty buffer of the kernel's, so whole
      channel.register(selector, SelectionKey.OP_READ);
      reply = read(channel, selector);
    } catch (IOException e) {
      throw failure(e);
    }
    return body(reply);
  }

  private byte[] read(SocketChannel channel, Selector selector) throws IOException, CommandFailure {
    long endNs = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    for (int n = 0; n >= 0; n = channel.read(buffer.clear())) {
      all.write(buffer.array(), 0, n);
      if (all.size() > answerBytesMax) {
        throw new CommandFailure(
            sender() + " sends more than " + answerBytesMax + " bytes: no agent does");
      }
      long leftMs = (endNs - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0 || selector.select(key -> {}, leftMs) == 0) {
        throw silent();
      }
    }
    return all.toByteArray();
  }

  private byte[] body(byte[] reply) throws CommandFailure {
    HttpReply parsed = HttpReply.of(reply);
    if (parsed == null) {
      throw new CommandFailure(
          sender() + " broke off its answer, or is no agent: look at its log, and ask again");
    }
    if (parsed.status() != 200) {
      String words = new String(parsed.body(), StandardCharsets.UTF_8).strip();
      throw new CommandFailure(
          sender() + " answers " + parsed.status() + ": " + DisplayText.printable(words));
    }
    return parsed.body();
  }

  private CommandFailure silent() {
    return new CommandFailure(
        sender()
            + " does not answer within "
            + patience.toSeconds()
            + " s: look at its log (journalctl -u flowlog-agent), or start it anew"
            + " (systemctl restart flowlog-agent)");
  }

  private String sender() {
    return "the agent at " + socket;
  }

  private CommandFailure failure(IOException cause) {
    String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (words.contains("temporarily unavailable")) {
      return silent(); // its queue is full
    }
    if (words.contains("Permission denied")) {
      return new CommandFailure(
          "no permission to ask "
              + sender()
              + ": be root, or in the group flowlog-agent (usermod -aG flowlog-agent USER, then log"
              + " in again)");
    }
    if (cause instanceof ConnectException || words.contains("No such file")) {
      return new CommandFailure(
          "no agent runs at "
              + socket
              + ": start it (systemctl start flowlog-agent),"
              + CONFIG_REMEDY);
    }
    return new CommandFailure(
        sender() + " cannot be asked: " + words + ": look at its log," + CONFIG_REMEDY);
  }
}
