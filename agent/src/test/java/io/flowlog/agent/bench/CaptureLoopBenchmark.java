package io.flowlog.agent.bench;

import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.worker.CaptureLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the capture thread pays while the spool thread writes the million rows of every slice: its
 * own processor time per packet, beside that of a capture thread whose rows nobody takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 8)
@Fork(value = 1, jvmArgs = "-Xmx1500m")
public class CaptureLoopBenchmark {
  /** Who takes the rows. */
  @Param({"nobody", "csv", "parquet"})
  public String rows = "";

  private Path folder = Path.of("");
  private @Nullable CaptureLoop loop;

  /** Numbers that JMH shows beside the time. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Counts {
    public long cpuNs;
    public long packets;
    public long waits;
  }

  /** Makes an agent. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    folder = Files.createTempDirectory("capture-loop");
    LogFormat format =
        switch (rows) {
          case "csv" -> LogFormat.CSV;
          case "parquet" -> LogFormat.PARQUET;
          default -> null;
        };
    loop = new CaptureLoop(folder, format);
  }

  /** Captures the packets of one slice. */
  @Benchmark
  public void captureSlice(Counts counts) throws IOException {
    CaptureLoop running = loop;
    if (running == null) {
      throw new IllegalStateException("there is no loop");
    }
    long beforeNs = running.cpuNs();
    long waitsBefore = running.waits();
    running.captureSlice();
    counts.cpuNs = running.cpuNs() - beforeNs;
    counts.packets = CaptureLoop.packetsOfASlice();
    counts.waits = running.waits() - waitsBefore;
  }

  /** Deletes what was written. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    if (loop != null) {
      loop.close();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
