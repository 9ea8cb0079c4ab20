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
  private static final int FOLDER = -1;

  private final List<Line> lines = new ArrayList<>();

  /** A line's name, with its indent, and the file's size. */
  private record Line(String name, long sizeBytes) {}

  private FileTree() {}

  /** Returns the lines of the picture. */
  public static List<String> of(Path folder) throws IOException {
    FileTree tree = new FileTree();
    tree.draw(folder, folder.toString(), "");
    return tree.text();
  }

  private void draw(Path folder, String label, String indent) throws IOException {
    List<Path> content = visible(folder);
    if (content.size() == 1 && Files.isDirectory(content.get(0))) {
      // folders with nothing but a folder in them share a line
      draw(content.get(0), label + "/" + content.get(0).getFileName(), indent);
      return;
    }
    lines.add(new Line(indent + label + "/", FOLDER));
    for (Path path : content) {
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        draw(path, name, indent + "  ");
      } else {
        lines.add(new Line(indent + "  " + name, Files.size(path)));
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

  private List<String> text() {
    int columns =
        lines.stream()
            .filter(line -> line.sizeBytes != FOLDER)
            .mapToInt(line -> line.name.length())
            .max()
            .orElse(0);
    return lines.stream().map(line -> text(line, columns)).toList();
  }

  private static String text(Line line, int columns) {
    if (line.sizeBytes == FOLDER) {
      return line.name;
    }
    String padding = " ".repeat(columns - line.name.length());
    return line.name + padding + String.format(Locale.ROOT, " %,9d bytes", line.sizeBytes);
  }
}
