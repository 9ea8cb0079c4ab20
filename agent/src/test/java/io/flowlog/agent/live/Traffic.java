package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What machines of one test have sent, and when; owned by that test. */
final class Traffic {
  private final LiveHost host;
  private final List<Burst> bursts = new ArrayList<>();

  /**
   * Some frames that a machine sent. Immutable.
   *
   * @param device the host's end of the cable
   * @param number the source port of all the frames, which no other burst has
   */
  record Burst(String device, int number, int frames, long startedUs, long endedUs) {}

  /** Frames that are being sent as fast as it goes. */
  record Flood(String machine, Process process, BufferedReader output) {}

  Traffic(LiveHost host) {
    this.host = host;
  }

  /** Sends frames from a machine's only interface, and returns when they are sent. */
  Burst send(String machine, String device, int frames) {
    return send(machine, "eth0", device, frames);
  }

  /** Sends frames from an interface of a machine. */
  Burst send(String machine, String from, String device, int frames) {
    int number = 1000 + bursts.size();
    long startedUs = nowUs();
    host.net().send(machine, from, frames, List.of(frame(number)));
    Burst burst = new Burst(device, number, frames, startedUs, nowUs());
    bursts.add(burst);
    return burst;
  }

  private static byte[] frame(int number) {
    return FrameBuilder.ethernet()
        .ipv4("10.0.0.1", "10.0.0.2")
        .udp(number, 53)
        .payloadOf(40)
        .build();
  }

  /** Returns the time in the unit of the rows. */
  static long nowUs() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /**
   * Has a machine send until {@link #end}, with a pause after each frame.
   *
   * @param pauseUs 0 for full speed
   */
  Flood flood(String machine, int pauseUs) throws IOException {
    String script = Namespaces.script("flood.py");
    Process process =
        host.net().start(machine, "python3", script, "eth0", Integer.toString(pauseUs));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("begins", output.readLine());
    return new Flood(machine, process, output);
  }

  /** Ends a flood; returns how many frames went to the host. */
  long end(Flood flood) throws IOException {
    // destroy() would close the pipe from which the number comes
    Namespaces.tool("kill", Long.toString(flood.process().pid()));
    long sent = Long.parseLong(String.valueOf(flood.output().readLine()));
    // what the cable's other end had no room for never came to the host
    String dropped =
        host.net().in(flood.machine(), "cat", "/sys/class/net/eth0/statistics/tx_dropped");
    return sent - Long.parseLong(dropped.strip());
  }

  /** Returns all bursts from machines at a device. */
  List<Burst> at(String device) {
    return bursts.stream().filter(burst -> burst.device().equals(device)).toList();
  }

  /** Returns how many frames all bursts at a device have. */
  long framesAt(String device) {
    return at(device).stream().mapToLong(Burst::frames).sum();
  }
}
