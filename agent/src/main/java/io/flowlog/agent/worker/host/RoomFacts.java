package io.flowlog.agent.worker.host;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.worker.host.HostFact.Standing;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Memory, limits and clocks. Owned by one thread. */
final class RoomFacts {
  private static final long MIB = 1 << 20;
  private static final long KIB = 1 << 10;

  /** What the drop program's maps take of the kernel's memory. */
  private static final long DROP_BYTES = 17 * MIB;

  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d{1,15}) kB");
  private static final Pattern OWN = Pattern.compile("VmRSS:\\s+(\\d{1,15}) kB");
  private static final Pattern LOCKED =
      Pattern.compile("Max locked memory\\s+(\\d{1,18}|unlimited)\\s.*");

  /** Each reading of these is a slow access to a device. */
  private static final Set<String> SLOW_CLOCKS = Set.of("hpet", "acpi_pm", "pit", "jiffies");

  private final HostFiles files;
  private final HostCheck check;
  private final CaptureConfig capture;
  private final long tableBytes;

  RoomFacts(HostFiles files, HostCheck check, CaptureConfig capture, long tableBytes) {
    this.files = files;
    this.check = check;
    this.capture = capture;
    this.tableBytes = tableBytes;
  }

  List<HostFact> facts() {
    return List.of(memory(), openFiles(), lockedMemory(), clock());
  }

  private HostFact memory() {
    long ringBytes = capture.rings().totalBytes();
    // the share for packets of connection set-up, and that for dropped ones
    long flowBytes = tableBytes + 2 * (tableBytes / 7 * 4);
    long neededBytes = ringBytes + flowBytes + DROP_BYTES;
    long availableBytes =
        files.number("proc/meminfo", AVAILABLE).stream()
            .map(kib -> (kib + files.number("proc/self/status", OWN).orElse(0)) * KIB)
            .findFirst()
            .orElse(Long.MAX_VALUE);
    String fact =
        "rings take up to %d MiB, connections %d MiB, drop reports %d MiB"
            .formatted(ringBytes / MIB, flowBytes / MIB, DROP_BYTES / MIB);
    if (neededBytes <= availableBytes) {
      return HostFact.good("memory", fact, "the host has that, and what is full is counted");
    }
    return new HostFact(
        "memory",
        Standing.LIMITED,
        fact + ", and the host has " + availableBytes / MIB + " MiB left",
        "the kernel may end the agent, or a virtual machine, when memory runs out",
        "lower capture.ring_bytes or flow.table_bytes");
  }

  private HostFact openFiles() {
    return check
        .tooFewFiles(CaptureConfig.RING_PORTS)
        .map(
            line ->
                HostFact.ofLine(
                    "open files",
                    Standing.LIMITED,
                    line,
                    "ports beyond the limit are not captured, and have rows with SKIPDATA"))
        .orElseGet(
            () ->
                HostFact.good(
                    "open files",
                    "the limit leaves room for " + CaptureConfig.RING_PORTS + " logging ports",
                    "each takes one"));
  }

  private HostFact lockedMemory() {
    String limit =
        files.lines("proc/self/limits").stream()
            .map(LOCKED::matcher)
            .filter(found -> found.matches())
            .map(found -> found.group(1))
            .findFirst()
            .orElse("not known");
    return HostFact.good(
        "locked memory",
        "the limit is " + limit,
        "neither rings nor, since Linux 5.11, drop reports count in it");
  }

  private HostFact clock() {
    String source =
        files
            .word("sys/devices/system/clocksource/clocksource0/current_clocksource")
            .orElse("not known");
    if (!SLOW_CLOCKS.contains(source)) {
      return HostFact.good(
          "clock", "the kernel's clock source is " + source, "rows have the kernel's own times");
    }
    return new HostFact(
        "clock",
        Standing.LIMITED,
        "the kernel's clock source is " + source,
        "each packet's time takes about a microsecond to read: more packets are lost under load",
        "see in dmesg why the kernel does not trust the processor's clock, and mend that");
  }
}
