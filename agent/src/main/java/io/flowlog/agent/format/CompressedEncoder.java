package io.flowlog.agent.format;

import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;

/** An encoder whose text goes through a compressor. Owned like the encoder in it. */
final class CompressedEncoder implements RecordEncoder {
  private final RecordEncoder encoder;
  private final CompressingChannel compressor;

  CompressedEncoder(RecordEncoder encoder, CompressingChannel compressor) {
    this.encoder = encoder;
    this.compressor = compressor;
  }

  @Override
  public void encode(RecordBatch batch, int offset) throws IOException {
    encoder.encode(batch, offset);
  }

  @Override
  public void finish() throws IOException {
    encoder.finish();
    compressor.finish();
  }

  @Override
  public void close() {
    encoder.close();
    compressor.close();
  }
}
