package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;

class ParquetZstdEncoderTest extends ParquetEncoderContract {
  ParquetZstdEncoderTest() {
    super(CompressionType.ZSTD);
  }
}
