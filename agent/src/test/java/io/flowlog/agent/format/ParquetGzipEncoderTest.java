package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;

class ParquetGzipEncoderTest extends ParquetEncoderContract {
  ParquetGzipEncoderTest() {
    super(CompressionType.GZIP);
  }
}
