package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;

class ParquetPlainEncoderTest extends ParquetEncoderContract {
  ParquetPlainEncoderTest() {
    super(CompressionType.RAW);
  }
}
