package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class ClassicCaptureContractTest extends CaptureSourceContract {
  @Override
  CaptureSource open(Path directory, List<byte[]> frames) throws IOException {
    Path file = directory.resolve("classic.pcap");
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 1)) {
      for (int i = 0; i < frames.size(); i++) {
        writer.write(i * 1000L, frames.get(i), frames.get(i).length);
      }
    }
    return CaptureFileSource.open(file, ReplayContext.withoutPorts(), new CounterSet());
  }
}
