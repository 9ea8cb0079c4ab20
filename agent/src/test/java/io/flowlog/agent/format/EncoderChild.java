package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/** The program that {@link EncoderProcessTest} starts with little memory or few libraries. */
final class EncoderChild {
  /** How often an encoder is left unfinished: all of their memory together would be too much. */
  private static final int ABANDONED = 500;

  /** So many that pages are compressed before the end of the file. */
  private static final int ABANDONED_ROWS = 25_000;

  private static final int BATCH_ROWS = 10_000;

  private final RecordDictionary dictionary = MixedRows.dictionary();
  private final MixedRows rows = new MixedRows(new Random(7));

  private EncoderChild() {}

  public static void main(String[] args) throws IOException {
    EncoderChild child = new EncoderChild();
    LogFormat format = LogFormat.valueOf(args[1]);
    CompressionType compression = CompressionType.valueOf(args[2]);
    if (args[0].equals("write")) {
      child.write(format, compression, Integer.parseInt(args[3]), Path.of(args[4]));
    } else {
      child.abandon(format, compression);
      System.out.println(highestResidentKib());
    }
  }

  private RecordEncoder open(
      List<String> fields, LogFormat format, CompressionType compression, WritableByteChannel sink)
      throws IOException {
    FlowLogger logger = CsvFixture.logger(Layout.nhn, fields, format, compression);
    return new RecordEncoders(CsvFixture.SETTINGS)
        .open(logger, CsvFixture.INTERVAL, dictionary, sink);
  }

  private void write(LogFormat format, CompressionType compression, int count, Path file)
      throws IOException {
    List<String> all = RowLayout.of(Layout.nhn).names();
    try (FileChannel sink =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        RecordEncoder encoder = open(all, format, compression, sink)) {
      for (int done = 0; done < count; done += BATCH_ROWS) {
        CsvFixture.encode(encoder, rows.batch(BATCH_ROWS));
      }
      encoder.finish();
    }
  }

  private void abandon(LogFormat format, CompressionType compression) throws IOException {
    RecordBatch batch = rows.batch(ABANDONED_ROWS);
    for (int i = 0; i < ABANDONED; i++) {
      WritableByteChannel nowhere = Channels.newChannel(OutputStream.nullOutputStream());
      try (RecordEncoder encoder = open(List.of("bytes"), format, compression, nowhere)) {
        CsvFixture.encode(encoder, batch);
      }
    }
  }

  private static long highestResidentKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("the kernel does not tell VmHWM");
  }
}
