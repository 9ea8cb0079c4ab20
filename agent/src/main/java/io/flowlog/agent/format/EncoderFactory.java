package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordDictionary;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Opens encoders for the files of a logger, in the logger's format, compression and fields. */
public interface EncoderFactory {
  /** Opens an encoder that writes one file to the sink; the sink stays the caller's. */
  RecordEncoder open(
      FlowLogger logger, Interval interval, RecordDictionary dictionary, WritableByteChannel sink)
      throws IOException;

  /** Returns what the names of the logger's files end with, dot included. */
  String extension(FlowLogger logger);
}
