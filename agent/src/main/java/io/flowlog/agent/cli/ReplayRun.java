package io.flowlog.agent.cli;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.replay.CaptureFileException;
import io.flowlog.agent.capture.replay.CaptureFileSource;
import io.flowlog.agent.capture.replay.FilteredSource;
import io.flowlog.agent.capture.replay.LiveInterfaceSource;
import io.flowlog.agent.capture.replay.ReplayContext;
import io.flowlog.agent.worker.Ports;
import io.flowlog.agent.worker.ReplayPipeline;
import io.flowlog.agent.worker.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leads the sources of a replay through its pipeline, one after the other, and says how far it is.
 *
 * <p>A source that is damaged does not stop the others: it becomes a problem.
 */
final class ReplayRun {
  private static final Path STANDARD_INPUT = Path.of("/dev/stdin");
  private static final Path STANDARD_INPUT_SIGN = Path.of("-");
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final ReplayPipeline pipeline;
  private final Ports ports;
  private final @Nullable String filter;
  private final StopSignal stop;
  private final List<String> problems;

  ReplayRun(
      ReplayPipeline pipeline,
      Ports ports,
      @Nullable String filter,
      StopSignal stop,
      List<String> problems) {
    this.pipeline = pipeline;
    this.ports = ports;
    this.filter = filter;
    this.stop = stop;
    this.problems = problems;
  }

  /** Reads files in order. */
  void readFiles(List<Path> files) throws IOException {
    ProgressBar bar = new ProgressBar(sizeBytes(files));
    for (Path file : files) {
      if (stop.isRaised()) {
        break;
      }
      try (CaptureFileSource source = open(file);
          CaptureSource wanted = filtered(source)) {
        long beforeBytes = bar.doneBytes();
        pipeline.read(
            wanted,
            stop::isRaised,
            (packets, records) -> bar.update(beforeBytes + source.positionBytes(), packets));
        problems.addAll(source.complaints());
      } catch (CaptureFileException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    bar.clear();
  }

  private CaptureFileSource open(Path file) throws CaptureFileException {
    Path path = file.equals(STANDARD_INPUT_SIGN) ? STANDARD_INPUT : file;
    return CaptureFileSource.open(
        path, ReplayContext.withPorts(devicePortIndex()), pipeline.counters());
  }

  private Map<String, Integer> devicePortIndex() {
    Map<String, Integer> numbers = new HashMap<>();
    for (int portIndex = 0; portIndex < ports.list().size(); portIndex++) {
      String device = ports.list().get(portIndex).device();
      if (device != null) {
        numbers.put(device, portIndex);
      }
    }
    return numbers;
  }

  /** Returns how much there is to read, or 0 if a file will not say. */
  private static long sizeBytes(List<Path> files) {
    long sum = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        return 0;
      }
      sum += file.toFile().length();
    }
    return sum;
  }

  /** Captures on an interface for some seconds. */
  void capture(String networkInterface, int seconds) throws IOException {
    long endNs = System.nanoTime() + seconds * NS_PER_SECOND;
    // What is seen at a bridge is no port's as a whole: addresses tell whose each packet is.
    int unnamed = ports.isAssumed() ? 0 : Frame.NO_PORT;
    int portIndex = devicePortIndex().getOrDefault(networkInterface, unnamed);
    try (LiveInterfaceSource source =
            LiveInterfaceSource.open(networkInterface, portIndex, pipeline.counters());
        CaptureSource wanted = new TimedSource(filtered(source), endNs)) {
      pipeline.read(wanted, stop::isRaised, (packets, records) -> {});
      if (source.droppedFrames() > 0) {
        problems.add(
            networkInterface
                + ": libpcap lost "
                + source.droppedFrames()
                + " frames: capture less with --filter, or a shorter time");
      }
    }
  }

  private CaptureSource filtered(CaptureSource source) throws IOException {
    return filter == null ? source : new FilteredSource(source, filter);
  }

  /** Cuts the last slice and stores everything. */
  void finish() throws IOException {
    pipeline.finish((packets, records) -> {});
  }
}
