package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;

class ParquetSnappyEncoderTest extends ParquetEncoderContract {
  ParquetSnappyEncoderTest() {
    super(CompressionType.SNAPPY);
  }
}
