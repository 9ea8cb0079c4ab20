package io.flowlog.agent.spool;

import io.flowlog.agent.format.EncoderFactory;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Makes sealed files of row journals. Owned by the spool thread, with its {@link Spool}. */
public final class Sealer {
  private final SealedFolder folder;
  private final EncoderFactory encoders;
  private final ObjectNames names;
  private final int rowsPerFile;
  private final FlowRecord row = new FlowRecord();

  /**
   * Makes a sealer.
   *
   * @param rowsPerFile after how many rows the interval goes on in another part; 0 for never
   */
  public Sealer(Spool spool, EncoderFactory encoders, ObjectNames names, int rowsPerFile) {
    this.folder = spool.sealedFolder();
    this.encoders = encoders;
    this.names = names;
    this.rowsPerFile = rowsPerFile;
  }

  /**
   * Encodes the rows that a logger wants. All files of the logger and interval start to count at
   * the same moment; after a failure none does, and the call can be made again. What was sealed
   * before is not encoded again.
   *
   * @return the files that wait to be stored; none when the logger wanted no row
   * @throws SpoolException {@code DAMAGED} when the journal cannot be read to its end; {@link
   *     Spool#salvage} keeps what can
   */
  public List<SealedFile> seal(JournalFile journal, FlowLogger logger, RowFilter filter)
      throws SpoolException {
    SealManifest earlier = folder.find(logger.id(), journal);
    if (earlier != null) {
      return folder.waitingOf(earlier);
    }
    try (PartWriter writer = new PartWriter(folder, encoders, logger, journal)) {
      boolean cutShort = encode(journal, filter, writer);
      if (writer.finished().isEmpty()) {
        return List.of();
      }
      List<Path> encoded = writer.finished().stream().map(PartWriter.Encoded::path).toList();
      return folder.commit(name(journal, logger, writer.finished(), cutShort), encoded);
    }
  }

  private boolean encode(JournalFile journal, RowFilter filter, PartWriter writer)
      throws SpoolException {
    try (JournalReader reader = JournalReader.open(journal.path())) {
      for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
        encode(batch, filter, writer, reader);
      }
      if (!reader.isComplete() || reader.tornBytes() > 0) {
        throw SpoolException.damaged(
            journal.path(), reader.goodBytes(), reader.tornBytes() + " bytes are unreadable");
      }
      writer.finishFile();
      return reader.isCutShort();
    }
  }

  private void encode(RecordBatch batch, RowFilter filter, PartWriter writer, JournalReader reader)
      throws SpoolException {
    byte[] data = batch.data();
    int usedBytes = batch.usedBytes();
    for (int offset = 0; offset < usedBytes; offset += row.rowBytes()) {
      if (!filter.wants(row.at(data, offset))) {
        continue;
      }
      if (rowsPerFile > 0 && writer.rows() == rowsPerFile) {
        writer.finishFile();
      }
      writer.write(batch, offset, reader.ports());
    }
  }

  /** Numbers the parts on from those that the interval has already, so that no two are the same. */
  private SealManifest name(
      JournalFile journal, FlowLogger logger, List<PartWriter.Encoded> files, boolean cutShort) {
    OptionalInt others = folder.lastPartOfOthers(logger.id(), journal);
    boolean isOnly = files.size() == 1 && others.isEmpty() && !cutShort;
    int part = isOnly ? ObjectNames.ONLY_PART : others.orElse(0) + 1;
    String extension = encoders.extension(logger);
    List<SealManifest.Part> parts = new ArrayList<>();
    for (PartWriter.Encoded file : files) {
      ObjectKey key = names.keyOf(logger, journal.startNs(), part, extension);
      parts.add(new SealManifest.Part(part, file.rows(), file.bytes(), key));
      part++;
    }
    return new SealManifest(
        logger.id(), journal.startNs(), journal.endNs(), journal.sequence(), parts);
  }
}
