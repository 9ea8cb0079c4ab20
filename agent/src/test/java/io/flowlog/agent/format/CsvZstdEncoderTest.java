package io.flowlog.agent.format;

import com.github.luben.zstd.ZstdInputStream;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.record.RecordDictionary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

class CsvZstdEncoderTest extends RecordEncoderContract {
  @Override
  protected RecordEncoder open(RecordDictionary ports, WritableByteChannel sink)
      throws IOException {
    return new RecordEncoders(CsvFixture.SETTINGS)
        .open(CsvFixture.logger(FIELDS, CompressionType.ZSTD), CsvFixture.INTERVAL, ports, sink);
  }

  @Override
  protected List<List<String>> read(byte[] file) throws IOException {
    try (ZstdInputStream frame = new ZstdInputStream(new ByteArrayInputStream(file))) {
      return CsvReader.read(new String(frame.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
