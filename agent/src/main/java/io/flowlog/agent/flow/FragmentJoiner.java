package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/**
 * Gives later fragments the ports that only their first one shows.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class FragmentJoiner {
  private final PortExtras extras;
  private final CounterSet counters;

  FragmentJoiner(PortExtras extras, CounterSet counters) {
    this.extras = extras;
    this.counters = counters;
  }

  /** Remembers first fragments of a batch and completes later ones. */
  void join(PacketBatch batch) {
    long[] words = batch.words();
    for (int packet = 0, base = 0; packet < batch.size(); packet++, base += PacketBatch.STRIDE) {
      if (PacketBatch.isFragment(words[base + PacketBatch.SIZE])) {
        join(batch, packet, base);
      }
    }
  }

  private void join(PacketBatch batch, int packet, int base) {
    long[] words = batch.words();
    FragmentTable fragments =
        extras.fragments(PacketBatch.portIndexOf(words[base + PacketBatch.KEY]));
    if (!PacketBatch.isLaterFragment(words[base + PacketBatch.SIZE])) {
      fragments.remember(words, base);
      return;
    }
    long ports = fragments.find(words, base);
    if (ports == FragmentTable.NOT_FOUND) {
      counters.increment(AgentCounter.FRAGMENTS_ORPHANED);
    } else {
      batch.setPorts(packet, ports);
      counters.increment(AgentCounter.FRAGMENTS_JOINED);
    }
  }
}
