package io.flowlog.agent.cli;

import io.flowlog.agent.flow.TableSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory the connections of some capture files can need at most, and may have. */
final class ReplaySize {
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");
  private static final Path MEMORY_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
  private static final String AVAILABLE = "MemAvailable:";

  /** No packet takes less room in a file per table unit: IPv6 56 bytes for two, IPv4 36 for one. */
  private static final long PACKET_BYTES_MIN = 28;

  private static final long BYTES_MIN = 16L << 20;
  private static final long UNKNOWN_MACHINE_BYTES = 1L << 30;

  private ReplaySize() {}

  /** Returns enough for every packet to be a connection, but no more than the machine can give. */
  static long tableBytes(List<Path> files) {
    long available = availableBytes() / 4 * 3;
    long wanted = BYTES_MIN;
    for (Path file : files) {
      boolean sized = Files.isRegularFile(file);
      // The length of a file that is not there is 0: whoever opens it says what is wrong.
      long packets = file.toFile().length() / PACKET_BYTES_MIN;
      wanted += sized ? packets * TableSize.UNIT_BYTES : available;
    }
    return Math.min(wanted, available);
  }

  private static long availableBytes() {
    return Math.min(ofMachine(), ofContainer());
  }

  private static long ofMachine() {
    try {
      for (String line : Files.readAllLines(MEMORY_INFO, StandardCharsets.US_ASCII)) {
        if (line.startsWith(AVAILABLE)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      return UNKNOWN_MACHINE_BYTES;
    }
    return UNKNOWN_MACHINE_BYTES;
  }

  /**
   * Inside a container its limit stands at the top of what it sees; "max" and no file mean none.
   */
  private static long ofContainer() {
    try {
      String limit = Files.readString(MEMORY_LIMIT, StandardCharsets.US_ASCII).trim();
      return limit.equals("max") ? Long.MAX_VALUE : Long.parseLong(limit);
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
