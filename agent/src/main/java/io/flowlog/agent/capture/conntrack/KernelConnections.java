package io.flowlog.agent.capture.conntrack;

import io.flowlog.agent.capture.OlderConnection;
import io.flowlog.bridge.ConnectionHandler;
import io.flowlog.bridge.ConnectionLists;
import io.flowlog.bridge.ConnectionMonitor;
import io.flowlog.bridge.TrackedConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What conntrack tells of the connections of a network namespace, that of the thread that asks;
 * owned by one thread.
 *
 * <p>Connections that are older than the first listener are in lists, but nothing is told of their
 * end: so translated connections are listed anew from time to time, too.
 */
public final class KernelConnections implements AutoCloseable {
  /** Room for the news of some ten thousand connections. */
  public static final int QUEUE_BYTES = 1 << 23;

  private static final Path SETTINGS = Path.of("/proc/sys/net/netfilter");
  private static final int DATAGRAMS_PER_TURN = 4096;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final int queueBytes;
  private final int olderMax;
  private final LongSupplier clock;
  private @Nullable ConnectionMonitor monitor;
  private boolean listWanted;
  private long overrunsSeen;
  private long overruns;
  private long listed;

  /** Takes news on their way. */
  @FunctionalInterface
  public interface Taker {
    /** Takes news; may wait until there is room for them. */
    void take(ConnectionNews news) throws IOException;
  }

  /**
   * An address of a logging port. Immutable.
   *
   * @param high 0 for IPv4
   */
  public record Address(boolean ipv6, long high, long low) {}

  /**
   * Makes one that does not listen yet.
   *
   * @param queueBytes room for news that the kernel keeps until they are read
   * @param olderMax how many older connections are told of at a time
   * @param clock the time of day
   */
  public KernelConnections(int queueBytes, int olderMax, LongSupplier clock) {
    this.queueBytes = queueBytes;
    this.olderMax = olderMax;
    this.clock = clock;
  }

  /** Returns why conntrack tells nothing here, in one line; none if it does. */
  public static Optional<String> obstacle() {
    return obstacle(SETTINGS);
  }

  static Optional<String> obstacle(Path settings) {
    // to ask conntrack would load it, and then it costs every packet of a host that had none
    if (!Files.exists(settings.resolve("nf_conntrack_max"))) {
      return Optional.of(
          "this host does not track connections: if it should, load the module nf_conntrack, or"
              + " have a rule that needs it");
    }
    try {
      if (Files.readString(settings.resolve("nf_conntrack_events")).strip().equals("0")) {
        return Optional.of(
            "the kernel tells nobody about connections: sysctl -w net.netfilter.nf_conntrack_events"
                + "=1");
      }
    } catch (IOException e) {
      return Optional.of(
          "the kernel tells nobody about connections: boot one with CONFIG_NF_CONNTRACK_EVENTS");
    }
    return Optional.empty();
  }

  /** Begins or ends to listen to what becomes of translated connections. */
  public void listen(boolean listens) throws IOException {
    ConnectionMonitor listening = monitor;
    if (listens && listening == null) {
      monitor = ConnectionMonitor.open(queueBytes);
      overrunsSeen = 0;
      listWanted = true;
    } else if (!listens && listening != null) {
      monitor = null;
      listening.close();
    }
  }

  public boolean isListening() {
    return monitor != null;
  }

  /** Has translated connections listed anew. */
  public void wishList() {
    listWanted = true;
  }

  /**
   * Hands over some of what was told since the last call, and a list if one is wanted.
   *
   * @return whether nothing is left
   */
  public boolean collect(Taker taker) throws IOException {
    ConnectionMonitor listening = monitor;
    if (listening == null) {
      return true;
    }
    boolean empty = listening.poll(handler(taker), DATAGRAMS_PER_TURN);
    long lost = listening.overruns() - overrunsSeen;
    if (lost > 0) {
      overrunsSeen += lost;
      overruns += lost;
      listWanted = true;
      taker.take(new ConnectionNews.Lost());
    }
    // only then: until all was taken the kernel is silent about what happens behind a list
    if (empty && listWanted) {
      listWanted = false;
      list(taker);
    }
    return empty;
  }

  /** Returns how often something was lost so far. */
  public long overruns() {
    return overruns;
  }

  private ConnectionHandler handler(Taker taker) {
    return new ConnectionHandler() {
      @Override
      public void there(TrackedConnection connection) throws IOException {
        taker.take(new ConnectionNews.There(Translation.of(connection)));
      }

      @Override
      public void gone(TrackedConnection connection) throws IOException {
        taker.take(new ConnectionNews.Gone(Translation.of(connection), clock.getAsLong()));
      }
    };
  }

  private void list(Taker taker) throws IOException {
    taker.take(new ConnectionNews.ListStarts());
    ConnectionLists.translated(
        connection -> taker.take(new ConnectionNews.There(Translation.of(connection))));
    taker.take(new ConnectionNews.ListEnds(clock.getAsLong()));
    listed++;
  }

  /** Returns how often translated connections were listed. */
  public long lists() {
    return listed;
  }

  /**
   * Hands over connections that logging ports of some addresses have now.
   *
   * @return for how many there was no room
   */
  public long older(Set<Address> addresses, Taker taker) throws IOException {
    Older older = new Older(addresses, olderMax);
    ConnectionLists.all(older::look);
    for (OlderConnection connection : older.found.values()) {
      if (!connection.equals(Older.AMBIGUOUS)) {
        taker.take(new ConnectionNews.Older(connection));
      }
    }
    return older.overflow;
  }

  /** Returns what conntrack says of itself. */
  public ConnectionLists.Figures figures() throws IOException {
    return ConnectionLists.figures();
  }

  @Override
  public void close() {
    ConnectionMonitor listening = monitor;
    if (listening != null) {
      listening.close();
      monitor = null;
    }
  }

  /** Older connections in the making, by what the virtual machine sends. */
  private static final class Older {
    /** In several zones, and not the same in all. */
    static final OlderConnection AMBIGUOUS =
        new OlderConnection(false, 0, 0, 0, 0, 0, 0, 0, false, false, false);

    final Map<Tuple, OlderConnection> found = new HashMap<>();
    private final Set<Address> addresses;
    private final int max;
    long overflow;

    Older(Set<Address> addresses, int max) {
      this.addresses = addresses;
      this.max = max;
    }

    void look(TrackedConnection connection) {
      int protocol = connection.original().protocol();
      boolean open = connection.isEstablished() || connection.isClosing();
      if (protocol == UDP || (protocol == TCP && open)) {
        look(connection, connection.original(), true);
        look(connection, connection.reply(), false);
      }
    }

    /** A machine that opens a connection sends as it was opened, others as it is answered. */
    private void look(TrackedConnection connection, TrackedConnection.Way way, boolean opened) {
      boolean ipv6 = connection.isIpv6();
      if (!addresses.contains(new Address(ipv6, way.sourceHigh(), way.sourceLow()))) {
        return;
      }
      Tuple sent = Tuple.of(way, ipv6);
      OlderConnection news =
          new OlderConnection(
              ipv6,
              sent.protocol(),
              sent.sourceHigh(),
              sent.sourceLow(),
              sent.destinationHigh(),
              sent.destinationLow(),
              sent.sourcePort(),
              sent.destinationPort(),
              opened,
              connection.isEstablished(),
              connection.isAnswered());
      OlderConnection known = found.get(sent);
      if (known == null && found.size() >= max) {
        overflow++;
      } else {
        found.put(sent, known == null || known.equals(news) ? news : AMBIGUOUS);
      }
    }
  }
}
