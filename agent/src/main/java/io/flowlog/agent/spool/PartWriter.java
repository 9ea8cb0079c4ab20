package io.flowlog.agent.spool;

import io.flowlog.agent.format.EncoderFactory;
import io.flowlog.agent.format.RecordEncoder;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the rows of one logger and interval into temporary files, one after the other. Owned by
 * the {@link Sealer}, for one journal; closing it deletes the files that nobody took.
 */
final class PartWriter implements AutoCloseable {
  private final SealedFolder folder;
  private final EncoderFactory encoders;
  private final FlowLogger logger;
  private final JournalFile journal;
  private final List<Path> paths = new ArrayList<>();
  private final List<Encoded> finished = new ArrayList<>();
  private @Nullable FileChannel channel;
  private @Nullable RecordEncoder encoder;
  private long rows;

  /** A whole file without its final name. */
  record Encoded(Path path, long rows, long bytes) {}

  PartWriter(SealedFolder folder, EncoderFactory encoders, FlowLogger logger, JournalFile journal) {
    this.folder = folder;
    this.encoders = encoders;
    this.logger = logger;
    this.journal = journal;
  }

  /** Encodes a row, in a new file if none is open. */
  void write(RecordBatch batch, int offset, RecordDictionary dictionary) throws SpoolException {
    try {
      RecordEncoder open = encoder == null ? begin(dictionary) : encoder;
      open.encode(batch, offset);
      rows++;
    } catch (IOException e) {
      throw SpoolException.of("write", current(), e);
    }
  }

  private RecordEncoder begin(RecordDictionary dictionary) throws IOException {
    Path path = folder.temporaryPath(logger.id(), journal, paths.size());
    paths.add(path);
    FileChannel sink = folder.disk().create(path);
    channel = sink;
    RecordEncoder begun = encoders.open(logger, journal.interval(), dictionary, sink);
    encoder = begun;
    return begun;
  }

  /** Returns the interval that the rows are of. */
  Interval interval() {
    return journal.interval();
  }

  /** Returns the rows of the open file. */
  long rows() {
    return rows;
  }

  /** Finishes the open file, if there is one. */
  void finishFile() throws SpoolException {
    FileChannel sink = channel;
    RecordEncoder open = encoder;
    if (open == null || sink == null) {
      return;
    }
    try {
      open.finish();
      folder.disk().force(sink);
      finished.add(new Encoded(current(), rows, sink.size()));
      closeFile();
    } catch (IOException e) {
      throw SpoolException.of("write", current(), e);
    }
    rows = 0;
  }

  /** Returns the finished files, in order. */
  List<Encoded> finished() {
    return finished;
  }

  private Path current() {
    return paths.get(paths.size() - 1);
  }

  private void closeFile() throws IOException {
    FileChannel sink = channel;
    RecordEncoder open = encoder;
    channel = null;
    encoder = null;
    if (open != null) {
      open.close();
    }
    if (sink != null) {
      sink.close();
    }
  }

  @Override
  public void close() throws SpoolException {
    try {
      closeFile();
    } catch (IOException e) {
      throw SpoolException.of("close", current(), e);
    } finally {
      for (Path path : paths) {
        folder.disk().delete(path);
      }
    }
  }
}
