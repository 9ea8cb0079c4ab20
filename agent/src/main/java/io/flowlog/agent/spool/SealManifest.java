package io.flowlog.agent.spool;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Which files a journal gave a logger, and what each is called in the store. Immutable; as a text
 * file in the sealed folder it is what makes these files count.
 *
 * @param startNs the interval's start, with {@code endNs} its end
 * @param sequence of the journal, or the last one, whose rows are in the files
 */
record SealManifest(UUID loggerId, long startNs, long endNs, long sequence, List<Part> parts) {
  static final String SUFFIX = ".files";
  static final String DATA_SUFFIX = ".data";

  private static final String FIRST_LINE = "flowlog-sealed 1";

  /**
   * One file.
   *
   * @param part from 1, or {@link ObjectNames#ONLY_PART}
   */
  record Part(int part, long rows, long bytes, ObjectKey key) {}

  SealManifest {
    parts = List.copyOf(parts);
  }

  /** Returns what the names of the manifest and of its files start with. */
  static String baseName(UUID loggerId, JournalFile journal) {
    return baseName(loggerId, journal.startNs(), journal.sequence());
  }

  private static String baseName(UUID loggerId, long startNs, long sequence) {
    return Digits.padded(JournalFile.SEQUENCE_DIGITS, sequence) + "_" + startNs + "_" + loggerId;
  }

  /** Returns the base name of the manifest that a file stands in. */
  static String baseNameOf(SealedFile file) {
    String name = DiskFiles.nameOf(file.path());
    return name.substring(0, name.lastIndexOf('_'));
  }

  String baseName() {
    return baseName(loggerId, startNs, sequence);
  }

  /** Returns the name of a part's file; the part's number stands in it. */
  String dataName(Part part) {
    return baseName() + "_" + part.part() + DATA_SUFFIX;
  }

  /** Returns a part as those see it who store it. */
  SealedFile sealedFile(Part part, Path folder) {
    Path path = folder.resolve(dataName(part));
    return new SealedFile(
        loggerId, startNs, part.part(), part.rows(), part.bytes(), path, part.key());
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    text.append("logger ").append(loggerId).append('\n');
    text.append("interval ").append(startNs).append(' ').append(endNs).append('\n');
    text.append("journal ").append(sequence).append('\n');
    for (Part part : parts) {
      text.append("file ").append(part.part()).append(' ').append(part.rows());
      text.append(' ').append(part.bytes()).append(' ').append(part.key()).append('\n');
    }
    String checksum = checksum(text.toString());
    text.append("end ").append(checksum).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what {@link #encode} wrote; any bytes are allowed. */
  static SealManifest decode(Path path, byte[] bytes) throws SpoolException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      SealManifest manifest = parse(text);
      if (!DiskFiles.nameOf(path).equals(manifest.baseName() + SUFFIX)) {
        throw new IllegalArgumentException("it is another file's content");
      }
      return manifest;
    } catch (CharacterCodingException e) {
      throw SpoolException.damaged(path, 0, "it is not UTF-8");
    } catch (IllegalArgumentException e) {
      throw SpoolException.damaged(path, 0, String.valueOf(e.getMessage()));
    }
  }

  private static SealManifest parse(String text) {
    int end = text.lastIndexOf("end ");
    if (end < 0 || !text.substring(end).equals("end " + checksum(text.substring(0, end)) + "\n")) {
      throw new IllegalArgumentException("its checksum is wrong");
    }
    List<String> lines = text.substring(0, end).lines().toList();
    if (lines.size() < 4 || !lines.get(0).equals(FIRST_LINE)) {
      throw new IllegalArgumentException("it is no list of sealed files");
    }
    UUID loggerId = UUID.fromString(words(lines.get(1), "logger", 2)[1]);
    String[] interval = words(lines.get(2), "interval", 3);
    String[] journal = words(lines.get(3), "journal", 2);
    List<Part> parts = new ArrayList<>();
    for (String line : lines.subList(4, lines.size())) {
      parts.add(parsePart(words(line, "file", 5)));
    }
    return new SealManifest(
        loggerId,
        Long.parseLong(interval[1]),
        Long.parseLong(interval[2]),
        Long.parseLong(journal[1]),
        parts);
  }

  private static Part parsePart(String[] words) {
    return new Part(
        Integer.parseInt(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        new ObjectKey(words[4]));
  }

  /** Splits a line; the last word goes on to the line's end. */
  private static String[] words(String line, String first, int count) {
    String[] words = line.split(" ", count);
    if (words.length != count || !words[0].equals(first)) {
      throw new IllegalArgumentException("a line should be of " + first);
    }
    return words;
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
