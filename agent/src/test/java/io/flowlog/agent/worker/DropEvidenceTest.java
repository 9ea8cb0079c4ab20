package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.drops.KernelDrops;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is said about reasons that this kernel does not have. Needs root. */
class DropEvidenceTest {
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final AtomicLong clockNs = new AtomicLong();
  private final EventLog log =
      new EventLog(
          new PrintStream(console, true, StandardCharsets.UTF_8),
          Map.of(),
          () -> clockNs.addAndGet(TimeUnit.MINUTES.toNanos(2)));

  private void open(List<String> reasons, List<String> malformed) throws IOException {
    DropConfig settings = new DropConfig(DropConfig.Mode.REQUIRED, reasons, malformed);
    CaptureConfig defaults = CaptureConfig.defaults();
    CaptureConfig capture =
        new CaptureConfig(
            defaults.excludeAddresses(),
            defaults.wirePackets(),
            defaults.rings(),
            settings,
            defaults.nflog(),
            defaults.conntrack());
    DropEvidence evidence = DropEvidence.open(capture, new CounterSet(), log);
    try (KernelDrops drops = (KernelDrops) Objects.requireNonNull(evidence.drops())) {
      assertEquals(List.of(), evidence.problems());
      assertEquals(true, drops.reasonNames().contains("NETFILTER_DROP"));
    }
  }

  @Test
  void shouldWarnOfEachNameThatTheKernelDoesNotHave() throws IOException {
    open(
        List.of("NETFILTER_DROP", "NETFILTER_DORP"),
        List.of("IP_INHDR", "PLAGUE_OF_LOCUSTS_AND_FROGS"));
    assertEquals(
        """
        warning: capture.drop_reasons: this kernel has no drop reason NETFILTER_DORP: did you mean \
        NETFILTER_DROP?; capture.malformed_reasons: this kernel has no drop reason \
        PLAGUE_OF_LOCUSTS_AND_FROGS: remove it
        """,
        console.toString(StandardCharsets.UTF_8));
    assertEquals(1, log.count(EventKind.DECLARATION));
  }

  @Test
  void shouldNotWarnOfNamesThatAreThereByDefault() throws IOException {
    DropConfig defaults = DropConfig.defaults();
    open(defaults.reasons(), defaults.malformedReasons());
    assertEquals("", console.toString(StandardCharsets.UTF_8));
  }
}
