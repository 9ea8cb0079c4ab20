package io.flowlog.agent.worker;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.NflogConfig.Group;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.NflogConfig.Verdict;
import io.flowlog.agent.capture.drops.DropSource;
import java.io.IOException;
import java.util.List;

/** What firewalls log by themselves keeps the contract. */
class NflogDropsContractTest extends DropSourceContract {
  @Override
  DropSource open() throws IOException {
    Prefix prefix = new Prefix("DROP:*", Verdict.DROP, Direction.UNKNOWN);
    Group silent = new Group(34, NflogConfig.RECEIVE_BYTES, List.of(prefix));
    Group logged = new Group(33, NflogConfig.RECEIVE_BYTES, List.of(prefix));
    return NflogDrops.open(new NflogConfig(List.of(silent, logged)), counters);
  }

  @Override
  String reason() {
    return "DROP";
  }
}
