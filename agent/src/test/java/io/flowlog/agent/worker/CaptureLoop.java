package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A capture thread over frames that cost nothing to make, with half a million connections in every
 * slice: one million rows for nobody, or for the spool thread. For benchmarks.
 */
public final class CaptureLoop implements AutoCloseable {
  /** Two rows each. */
  private static final int CONNECTIONS = 500_000;

  private static final int PACKETS_OF_A_SLICE = 32 * CONNECTIONS;
  private static final long SLICE_NS = 1_000_000_000L;
  private static final String PORT_MAC = "02:00:00:00:00:01";
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final CounterSet counters = new CounterSet();
  private final Pipeline pipeline;
  private final Packets packets = new Packets();
  private final @Nullable Spool spool;
  private final @Nullable SpoolThread thread;
  private long cpuNs;

  /** Takes rows and does nothing with them. */
  private static final class Nobody implements SliceSink {
    @Override
    public void onPlan(NumberedPlan plan) {}

    @Override
    public void onDropPoint(String name) {}

    @Override
    public void onSliceStart(long startNs, long endNs) {}

    @Override
    public void onBatch(RecordBatch batch) {}

    @Override
    public void onSliceComplete(long packets) {}
  }

  /** Every connection's packets in turn, there and back. */
  private static final class Packets implements CaptureSource {
    private static final int ADDRESS_OFFSET = 14 + 12;
    private static final int PORT_OFFSET = 14 + 20;

    private final Frame sent = frame(PORT_MAC, "02:00:00:00:0f:0f");
    private final Frame received = frame("02:00:00:00:0f:0f", PORT_MAC);
    private long number;

    private static Frame frame(String source, String destination) {
      Frame made =
          FrameBuilder.ethernet(source, destination)
              .ipv4("10.0.0.1", "10.0.0.1")
              .udp(1000, 1000)
              .payloadOf(100)
              .toFrame(0);
      made.portIndex = 0;
      return made;
    }

    @Override
    public int poll(FrameHandler handler, int frameLimit) {
      for (int i = 0; i < frameLimit; i++) {
        long connection = number / 2 * 7919 % CONNECTIONS;
        boolean there = (number & 1) == 0;
        Frame frame = there ? sent : received;
        ByteBuffer bytes = frame.buffer;
        // The address of the other side names the connection.
        int remoteOffset = frame.offset + ADDRESS_OFFSET + (there ? 4 : 0);
        bytes.putInt(remoteOffset, 0x0b00_0000 + (int) connection);
        bytes.putShort(frame.offset + PORT_OFFSET, (short) 1000);
        frame.timestampNs = number * (SLICE_NS / PACKETS_OF_A_SLICE);
        number++;
        handler.onFrame(frame);
      }
      return frameLimit;
    }

    @Override
    public boolean isExhausted() {
      return false;
    }

    @Override
    public void close() {}
  }

  /**
   * Makes a loop.
   *
   * @param format of the files; null if nobody takes the rows
   */
  public CaptureLoop(Path folder, @Nullable LogFormat format) throws IOException {
    SliceSink sink;
    if (format == null) {
      spool = null;
      thread = null;
      sink = new Nobody();
    } else {
      SpoolQueue queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
      Spool opened = Spool.open(folder.resolve("spool"), SpoolConfig.defaults(), counters);
      EncoderSettings encoding = new EncoderSettings(TimestampUnit.SECONDS, true, "", "host");
      FileSettings files = new FileSettings(encoding, new ObjectNames(ZoneOffset.UTC, "host"), 0);
      DirectoryStore store = new DirectoryStore(folder.resolve("out"));
      StateFolder state = new StateFolder(folder.resolve("state"));
      SpoolBounds.Means means =
          new SpoolBounds.Means(SpoolConfig.defaults(), state, new LoggedEvents().log(), counters);
      thread =
          SpoolThread.start(
              new SpoolThread.Parts(
                  queue,
                  SpoolWorker.of(opened, files, Coverage.ofEverything(), counters),
                  TestUploads.of(
                      opened, folder.resolve("loggers"), store, counters, logger(format)),
                  new SpoolBounds(opened, means, System.nanoTime(), TimeOfDay.nowNs()),
                  state),
              new Heartbeat("spool", 0));
      spool = opened;
      sink = queue;
    }
    PipelineSettings settings =
        new PipelineSettings(
            SLICE_NS,
            TableSize.fixed(256L << 20, 20_261_120),
            FlowConfig.Timeouts.defaults(),
            new ExcludedNetworks(List.of()),
            Ownership.BY_ADDRESS,
            false);
    pipeline = new Pipeline(settings, sink, counters);
    LoggingPort port =
        new LoggingPort(
            null, "port", PORT_MAC, List.of("10.0.0.1"), null, null, null, null, null, null);
    FlowLogger logger = logger(format == null ? LogFormat.CSV : format);
    pipeline.begin(new CapturePlan(List.of(logger), List.of(port)));
  }

  private static FlowLogger logger(LogFormat format) {
    UUID id = new UUID(0x4000, 1);
    return new FlowLogger(
        id,
        "logger",
        "",
        ResourceType.PORT,
        id,
        TrafficFilter.ALL,
        1,
        false,
        StorageType.FILE,
        "file:///logs",
        format,
        format == LogFormat.CSV ? CompressionType.RAW : CompressionType.ZSTD,
        Layout.nhn,
        RowLayout.of(Layout.nhn).defaultNames(),
        "DAY",
        null,
        true,
        null);
  }

  /** Captures the packets of one slice, while the rows of the one before are written. */
  public void captureSlice() throws IOException {
    long beforeNs = THREADS.getCurrentThreadCpuTime();
    for (int left = PACKETS_OF_A_SLICE; left > 0; left -= 1 << 12) {
      pipeline.capture(packets, Math.min(left, 1 << 12));
    }
    cpuNs += THREADS.getCurrentThreadCpuTime() - beforeNs;
  }

  /** Returns the packets of a slice. */
  public static int packetsOfASlice() {
    return PACKETS_OF_A_SLICE;
  }

  /** Returns the processor's time that the capture thread took so far. */
  public long cpuNs() {
    return cpuNs;
  }

  /** Returns how often the capture thread had to wait. */
  public long waits() {
    return counters.get(AgentCounter.SPOOL_QUEUE_FULL);
  }

  @Override
  public void close() throws IOException {
    if (thread != null) {
      thread.close();
    }
    if (spool != null) {
      spool.close();
    }
  }
}
