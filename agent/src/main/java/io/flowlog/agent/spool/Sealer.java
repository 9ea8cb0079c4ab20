package io.flowlog.agent.spool;

import io.flowlog.agent.format.EncoderFactory;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
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
  private final RecordBatch single = new RecordBatch(FlowRecord.BYTES_MAX);
  private UrgentWork urgent = UrgentWork.NONE;

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

  /** Has something done whenever a batch of rows is encoded. */
  void interruptFor(UrgentWork work) {
    urgent = work;
  }

  /**
   * Encodes the rows that a logger wants, and a row for each of its ports that has none. All files
   * of the logger and interval start to count at the same moment; after a failure none does, and
   * the call can be made again. What was sealed before is not encoded again.
   *
   * @return the files that wait to be stored; none when the logger has no port here
   * @throws SpoolException {@code DAMAGED} when the journal cannot be read to its end; {@link
   *     Spool#salvage} keeps what can
   */
  public List<SealedFile> seal(SealJob job) throws SpoolException {
    SealManifest earlier = folder.find(job.logger().id(), job.journal());
    if (earlier != null) {
      return folder.waitingOf(earlier);
    }
    try (PartWriter writer = new PartWriter(folder, encoders, job.logger(), job.journal())) {
      encode(job, writer);
      if (writer.finished().isEmpty()) {
        return List.of();
      }
      List<Path> encoded = writer.finished().stream().map(PartWriter.Encoded::path).toList();
      return folder.commit(name(job, writer.finished()), encoded);
    }
  }

  private void encode(SealJob job, PartWriter writer) throws SpoolException {
    try (JournalReader reader = JournalReader.open(job.journal().path())) {
      LoggerRows rows = new LoggerRows(job, reader.dictionary());
      for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
        encode(batch, rows, writer, reader.dictionary());
        urgent.doAll();
      }
      reader.expectWhole();
      boolean unknown =
          job.logger().filter() == TrafficFilter.DROP && !reader.plan().dropEvidence();
      for (int portIndex : rows.silentPorts()) {
        fillSilent(portIndex, unknown ? FlowRecord.SKIPDATA : FlowRecord.NODATA);
        write(single, 0, writer, reader.dictionary());
      }
      writer.finishFile();
    }
  }

  private void encode(
      RecordBatch batch, LoggerRows rows, PartWriter writer, RecordDictionary dictionary)
      throws SpoolException {
    byte[] data = batch.data();
    int usedBytes = batch.usedBytes();
    for (int offset = 0; offset < usedBytes; offset += row.rowBytes()) {
      if (rows.take(row.at(data, offset))) {
        write(batch, offset, writer, dictionary);
      }
    }
  }

  /** Makes the row of a port that has none: nothing went through it, or nobody can tell. */
  private void fillSilent(int portIndex, int status) {
    single.clear();
    row.at(single.data(), 0)
        .withoutTraffic(portIndex, status, FlowRecord.OF_WHOLE_INTERVAL, FlowRecord.UNKNOWN);
    single.append(row.rowBytes());
  }

  private void write(RecordBatch batch, int offset, PartWriter writer, RecordDictionary dictionary)
      throws SpoolException {
    row.at(batch.data(), offset);
    if ((row.known() & FlowRecord.OF_WHOLE_INTERVAL) != 0) {
      row.times(writer.interval().startNs(), writer.interval().endNs());
    }
    if (rowsPerFile > 0 && writer.rows() == rowsPerFile) {
      writer.finishFile();
    }
    writer.write(batch, offset, dictionary);
  }

  /** Numbers the parts on from those that the interval has already, so that no two are the same. */
  private SealManifest name(SealJob job, List<PartWriter.Encoded> files) {
    FlowLogger logger = job.logger();
    JournalFile journal = job.journal();
    OptionalInt others = folder.lastPartOfOthers(logger.id(), journal);
    boolean isOnly = files.size() == 1 && others.isEmpty() && !job.early();
    int part = isOnly ? ObjectNames.ONLY_PART : others.orElse(0) + 1;
    String extension = encoders.extension(logger);
    List<SealManifest.Part> parts = new ArrayList<>();
    for (PartWriter.Encoded file : files) {
      ObjectKey key = names.keyOf(logger, journal.startNs(), part, extension);
      parts.add(new SealManifest.Part(part, file.rows(), file.bytes(), key));
      part++;
    }
    Interval interval = job.interval();
    return new SealManifest(
        logger.id(), interval.startNs(), interval.endNs(), journal.sequence(), parts);
  }
}
