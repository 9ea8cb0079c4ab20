package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.capture.drops.KernelDrops;
import java.io.IOException;

/** The kernel's drop reports keep the contract. Needs BTF, too. */
class KernelDropsContractTest extends DropSourceContract {
  @Override
  DropSource open() throws IOException {
    return KernelDrops.open(CaptureConfig.defaults(), counters);
  }

  @Override
  String reason() {
    return "NETFILTER_DROP";
  }
}
