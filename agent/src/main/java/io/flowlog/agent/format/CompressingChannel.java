package io.flowlog.agent.format;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A channel that compresses what goes through it. What is written to it is in an array; its sink
 * stays open. Owned by one encoder.
 */
interface CompressingChannel extends WritableByteChannel {
  /** Writes the rest and the trailer. */
  void finish() throws IOException;

  /** Releases memory, and writes nothing: without {@link #finish()} the file is incomplete. */
  @Override
  void close();
}
