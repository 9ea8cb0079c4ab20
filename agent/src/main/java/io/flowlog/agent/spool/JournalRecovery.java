package io.flowlog.agent.spool;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes a complete journal of one whose writer was killed, or whose disk damaged it. */
final class JournalRecovery {
  private final DiskFiles disk;

  /** What the repair of a journal came to. */
  record Outcome(boolean usable, long tornBytes) {}

  JournalRecovery(DiskFiles disk) {
    this.disk = disk;
  }

  /**
   * Cuts the file at its last good frame, ends it there and gives it its final name. One without a
   * readable header is deleted: its rows cannot be told apart from noise.
   */
  Outcome repair(Path found, JournalFile journal) throws SpoolException {
    Outcome outcome;
    try (JournalReader reader = JournalReader.open(found)) {
      outcome = cut(found, reader);
    } catch (SpoolException e) {
      if (e.code() != SpoolException.Code.DAMAGED) {
        throw e;
      }
      outcome = new Outcome(false, DiskFiles.sizeBytes(found));
      disk.delete(found);
    }
    if (outcome.usable() && !found.equals(journal.path())) {
      disk.rename(found, journal.path());
    }
    return outcome;
  }

  private Outcome cut(Path found, JournalReader reader) throws SpoolException {
    FlowRecord row = new FlowRecord();
    long packets = 0;
    for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
      for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
        packets += row.at(batch.data(), at).packets();
      }
    }
    long tornBytes = reader.tornBytes();
    try (FileChannel channel = FileChannel.open(found, StandardOpenOption.WRITE)) {
      channel.truncate(reader.goodBytes());
      if (!reader.isComplete()) {
        appendEnd(channel, reader, packets);
      }
      disk.force(channel);
    } catch (IOException e) {
      throw SpoolException.of("complete", found, e);
    }
    return new Outcome(true, tornBytes);
  }

  private static void appendEnd(FileChannel channel, JournalReader reader, long packets)
      throws IOException {
    byte[] head = new byte[JournalFormat.FRAME_HEAD_BYTES];
    byte[] body = JournalFormat.endBody(reader.rows(), packets);
    JournalFormat.putHead(head, head.length, JournalFormat.END, body, body.length);
    channel.position(reader.goodBytes());
    DiskFiles.writeFully(channel, ByteBuffer.wrap(head), ByteBuffer.wrap(body));
  }
}
