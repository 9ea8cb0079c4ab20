package io.flowlog.agent.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of a checkout, without what its {@code .gitignore} leaves out. Immutable. */
final class SourceTree {
  private final Path root;
  private final List<PathMatcher> ignored;

  /** Makes the tree below a folder, which may have a {@code .gitignore}. */
  SourceTree(Path root) {
    this.root = root;
    Path list = root.resolve(".gitignore");
    ignored = new ArrayList<>();
    for (String line : Files.exists(list) ? linesOf(list) : List.<String>of()) {
      String name = line.replaceAll("^/|/$", "");
      if (!name.isBlank()) {
        ignored.add(FileSystems.getDefault().getPathMatcher("glob:" + name));
      }
    }
  }

  /** Returns this project's own. */
  static SourceTree ofProject() {
    Path module = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    return new SourceTree(module.resolveSibling("."));
  }

  /** Returns the names at the top. */
  Set<String> topNames() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> top = Files.list(root)) {
      top.filter(path -> !isIgnored(path)).forEach(path -> names.add(nameOf(path)));
    }
    return names;
  }

  /** Returns every file, relative to the top. */
  List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean left = !folder.equals(root) && (isIgnored(folder) || isGits(folder));
            return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!isIgnored(file)) {
              files.add(root.relativize(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  /** Returns the lines of a file of the tree. */
  List<String> lines(Path file) {
    return linesOf(root.resolve(file));
  }

  private static List<String> linesOf(Path file) {
    try {
      // split by hand, because a carriage return is a fault here
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return List.of(text.split("\n", -1));
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private boolean isIgnored(Path path) {
    return ignored.stream().anyMatch(name -> name.matches(path.getFileName()));
  }

  private static boolean isGits(Path path) {
    return nameOf(path).equals(".git");
  }

  private static String nameOf(Path path) {
    return path.getFileName().toString();
  }
}
