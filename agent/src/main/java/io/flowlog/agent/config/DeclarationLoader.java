package io.flowlog.agent.config;

import io.flowlog.agent.port.Checked;
import io.flowlog.agent.port.FieldProblem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Loads declared objects from one file or from the files of a directory. Owned by the call that
 * loads. A file that is wrong does not keep the others from being read.
 */
final class DeclarationLoader<T> {
  private static final Pattern FILE_NAME = Pattern.compile("[^.].*\\.(yaml|yml|json)");

  private final Rules<T> rules;
  private final @Nullable String wrapper;
  private final LastGood<T> lastGood;
  private final List<Found<T>> found = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  /** What holds for one object, by the name of its file and its place in it. */
  interface Rules<T> {
    Checked<T> check(Map<String, @Nullable Object> tree, String fileName, int index);
  }

  /** What files declared when they were last without a mistake. Owned by who reads again. */
  static final class LastGood<T> {
    private Map<Path, List<Found<T>>> byFile = new HashMap<>();
  }

  private record Found<T>(T value, Document document, String path) {}

  /**
   * Makes a loader.
   *
   * @param wrapper a key around the object that may be there; null for none
   * @param lastGood what stands in for a file with a mistake
   */
  DeclarationLoader(Rules<T> rules, @Nullable String wrapper, LastGood<T> lastGood) {
    this.rules = rules;
    this.wrapper = wrapper;
    this.lastGood = lastGood;
  }

  /** Reads files, those of a directory in the order of their names. */
  void load(List<Path> paths) {
    Map<Path, List<Found<T>>> good = new HashMap<>();
    for (Path path : paths) {
      int problemsBefore = problems.size();
      List<Path> files = Files.isDirectory(path) ? filesOf(path) : List.of(path);
      boolean listed = problems.size() == problemsBefore;
      files.forEach(file -> load(file, good));
      if (!listed || !Files.exists(path)) {
        // A folder that cannot be looked into does not mean that everything in it was withdrawn.
        lastGood.byFile.forEach((file, earlier) -> keep(path, file, earlier, good));
      }
    }
    lastGood.byFile = good;
  }

  private void keep(Path path, Path file, List<Found<T>> earlier, Map<Path, List<Found<T>>> good) {
    if (file.startsWith(path) && good.putIfAbsent(file, earlier) == null) {
      found.addAll(earlier);
    }
  }

  private void load(Path file, Map<Path, List<Found<T>>> good) {
    int foundBefore = found.size();
    int problemsBefore = problems.size();
    try {
      read(file);
    } catch (ProblemException e) {
      problems.add(e.problem());
    }
    List<Found<T>> ofFile = found.subList(foundBefore, found.size());
    if (problems.size() > problemsBefore && lastGood.byFile.containsKey(file)) {
      ofFile.clear();
      found.addAll(lastGood.byFile.getOrDefault(file, List.of()));
      good.put(file, lastGood.byFile.getOrDefault(file, List.of()));
    } else if (problems.size() == problemsBefore) {
      good.put(file, List.copyOf(ofFile));
    }
  }

  /** Drops every object whose key an earlier one has, and names both places. */
  void refuseDuplicates(String field, Function<T, @Nullable String> keyOf) {
    Map<String, Place> places = new HashMap<>();
    found.removeIf(
        entry -> {
          String key = keyOf.apply(entry.value);
          Place place = entry.document.placeOf(Document.join(entry.path, field));
          Place first = key == null ? null : places.putIfAbsent(key, place);
          if (first == null) {
            return false;
          }
          String what = FieldProblem.quote(key) + " is taken by " + first;
          problems.add(
              new Problem(place.file(), place.line(), field, what, "change or remove one"));
          return true;
        });
  }

  Declarations<T> result() {
    return new Declarations<>(found.stream().map(Found::value).toList(), problems);
  }

  private List<Path> filesOf(Path directory) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (FILE_NAME.matcher(entry.getFileName().toString()).matches()) {
          files.add(entry);
        }
      }
    } catch (IOException e) {
      problems.add(TextFile.unreadable(directory, e));
    } catch (DirectoryIteratorException e) {
      problems.add(TextFile.unreadable(directory, Objects.requireNonNull(e.getCause())));
    }
    files.removeIf(this::isOfAnotherKind);
    files.sort(Comparator.comparing(file -> file.getFileName().toString()));
    return files;
  }

  /** A pipe in the directory would block the reader for ever. */
  private boolean isOfAnotherKind(Path file) {
    if (Files.isRegularFile(file) || !Files.exists(file)) {
      return false; // a link to nowhere is told when it is read
    }
    problems.add(new Problem(file.toString(), 0, "", "is not a regular file", "move it away"));
    return true;
  }

  private void read(Path file) throws ProblemException {
    Document document = YamlReader.read(file.toString(), TextFile.read(file), problems);
    if (document.root() instanceof List<?> elements) {
      for (int i = 0; i < elements.size(); i++) {
        check(file, document, elements.get(i), i);
      }
    } else if (document.root() instanceof Map) {
      check(file, document, document.root(), -1);
    } else {
      String what = document.root() == null ? "declares nothing" : "holds no object";
      refuse(document, "", what, "write one object, or a list of objects");
    }
  }

  /** Checks one object; its index is -1 if it is the whole file. */
  private void check(Path file, Document document, @Nullable Object element, int index) {
    String path = index < 0 ? "" : "[" + index + "]";
    Object object = element;
    if (wrapper != null && object instanceof Map<?, ?> map && map.containsKey(wrapper)) {
      refuseBeside(wrapper, map, document, path);
      object = map.get(wrapper);
      path = Document.join(path, wrapper);
    }
    if (!(object instanceof Map)) {
      refuse(document, path, "is not an object", "write key: value");
      return;
    }
    @SuppressWarnings("unchecked") // documents have text keys at every level
    Map<String, @Nullable Object> tree = (Map<String, @Nullable Object>) object;
    Checked<T> checked = rules.check(tree, String.valueOf(file.getFileName()), Math.max(index, 0));
    for (FieldProblem problem : checked.problems()) {
      problems.add(document.locate(path, problem));
    }
    if (checked.value() != null) {
      found.add(new Found<>(checked.value(), document, path));
    }
  }

  private void refuseBeside(String wrapped, Map<?, ?> map, Document document, String path) {
    for (Object key : map.keySet()) {
      if (!key.equals(wrapped)) {
        String where = Document.join(path, key.toString());
        refuse(document, where, "stands beside " + wrapped, "move it inside");
      }
    }
  }

  private void refuse(Document document, String path, String what, String remedy) {
    Place place = document.placeOf(path);
    problems.add(new Problem(place.file(), place.line(), path, what, remedy));
  }
}
