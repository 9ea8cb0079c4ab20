package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.cli.demo.BlockFileWriter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

class BlockCaptureContractTest extends CaptureSourceContract {
  @Override
  CaptureSource open(Path directory, List<byte[]> frames) throws IOException {
    Path file = directory.resolve("blocks.pcapng");
    try (BlockFileWriter writer = BlockFileWriter.create(file)) {
      writer.section(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0);
      for (int i = 0; i < frames.size(); i++) {
        writer.enhancedPacket(0, i, frames.get(i), frames.get(i).length);
      }
    }
    return CaptureFileSource.open(file, ReplayContext.withoutPorts(), new CounterSet());
  }
}
