package io.flowlog.agent.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Draws a folder and what is in it, with sizes; names with a dot in front are left out. */
public final class FileTree {
  private static final int NAME_COLUMNS = 74;

  private FileTree() {}

  /** Returns the lines of the picture. */
  public static List<String> of(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    draw(folder, folder.toString(), "", lines);
    return lines;
  }

  private static void draw(Path folder, String label, String indent, List<String> lines)
      throws IOException {
    List<Path> content = visible(folder);
    if (content.size() == 1 && Files.isDirectory(content.get(0))) {
      // folders with nothing but a folder in them share a line
      draw(content.get(0), label + "/" + content.get(0).getFileName(), indent, lines);
      return;
    }
    lines.add(indent + label + "/");
    for (Path path : content) {
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        draw(path, name, indent + "  ", lines);
      } else {
        lines.add(line(indent + "  " + name, Files.size(path)));
      }
    }
  }

  private static List<Path> visible(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static String line(String name, long sizeBytes) {
    return String.format(Locale.ROOT, "%-" + NAME_COLUMNS + "s %,11d bytes", name, sizeBytes);
  }
}
