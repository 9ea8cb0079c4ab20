package io.flowlog.agent.bench;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds per frame of decoding, beside merely reading the bytes of the same headers. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FrameMix.FRAMES)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DecodeBenchmark {
  private static final int BATCH_PACKETS = 64;

  /** Ethernet, IPv4 and TCP take 54 bytes: seven words of eight. */
  private static final int HEADER_WORDS = 7;

  private final FrameMix mix = new FrameMix(20_260_210);
  private final Frame frame = new Frame();
  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(BATCH_PACKETS);

  /** Decodes into batches, as a capture worker does. */
  @Benchmark
  public long decode() {
    long outcomes = 0;
    for (int i = 0; i < FrameMix.FRAMES; i++) {
      if (batch.isShortOf(1)) {
        batch.clear();
      }
      mix.select(frame, i);
      outcomes += decoder.decode(frame, batch).ordinal();
    }
    return outcomes + batch.words()[0];
  }

  /** Baseline: reads every byte of the first headers and understands none. */
  @Benchmark
  public long readTheSameBytes() {
    long sum = 0;
    for (int i = 0; i < FrameMix.FRAMES; i++) {
      mix.select(frame, i);
      int words = Math.min(HEADER_WORDS, frame.capturedBytes / Long.BYTES);
      for (int word = 0; word < words; word++) {
        sum += frame.buffer.getLong(frame.offset + word * Long.BYTES);
      }
    }
    return sum;
  }
}
