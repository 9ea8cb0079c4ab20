package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.record.RecordDictionary;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

class CsvRawEncoderTest extends RecordEncoderContract {
  @Override
  protected RecordEncoder open(RecordDictionary ports, WritableByteChannel sink)
      throws IOException {
    return new RecordEncoders(CsvFixture.SETTINGS)
        .open(CsvFixture.logger(FIELDS, CompressionType.RAW), CsvFixture.INTERVAL, ports, sink);
  }

  @Override
  protected List<List<String>> read(byte[] file) {
    return CsvReader.read(new String(file, StandardCharsets.UTF_8));
  }
}
