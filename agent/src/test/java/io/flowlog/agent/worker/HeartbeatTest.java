package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HeartbeatTest {
  @Test
  void shouldTellForHowLongItWasSilent() {
    Heartbeat heartbeat = new Heartbeat("spool", 100);
    assertEquals(50, heartbeat.silenceNs(150));
    heartbeat.beat();
    assertEquals(0, heartbeat.silenceNs(160));
    assertEquals(40, heartbeat.silenceNs(200));
    heartbeat.beat();
    heartbeat.beat();
    assertEquals(0, heartbeat.silenceNs(300));
  }
}
