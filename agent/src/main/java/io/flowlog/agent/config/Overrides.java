package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lays {@code --set key=value} over what the file says. Owned by the call that loads. */
final class Overrides {
  private static final Place PLACE = new Place("--set", 0);

  private final Map<String, @Nullable Object> tree;
  private final Map<String, Place> places;
  private final List<Problem> problems;

  Overrides(Map<String, @Nullable Object> tree, Map<String, Place> places, List<Problem> problems) {
    this.tree = tree;
    this.places = places;
    this.problems = problems;
  }

  /** Applies one {@code key=value}; the value is read as in the file. */
  void apply(String set) {
    int equals = set.indexOf('=');
    String path = equals < 0 ? set : set.substring(0, equals);
    List<String> keys = List.of(path.split("\\.", -1));
    if (equals < 0 || keys.contains("")) {
      problem("", FieldProblem.quote(set) + " is no setting", "write --set key=value");
      return;
    }
    List<Problem> valueProblems = new ArrayList<>();
    try {
      Object value = YamlReader.read("--set", set.substring(equals + 1), valueProblems).root();
      put(keys, path, value);
    } catch (ProblemException e) {
      valueProblems.add(e.problem());
    }
    for (Problem problem : valueProblems) {
      problem(Document.join(path, problem.field()), problem.what(), problem.remedy());
    }
  }

  private void put(List<String> keys, String path, @Nullable Object value) {
    Map<String, @Nullable Object> around = tree;
    String aroundPath = "";
    for (String key : keys.subList(0, keys.size() - 1)) {
      aroundPath = Document.join(aroundPath, key);
      around = below(around, key, aroundPath);
    }
    around.put(keys.get(keys.size() - 1), value);
    replacePlace(path);
  }

  @SuppressWarnings("unchecked") // documents have text keys at every level
  private Map<String, @Nullable Object> below(
      Map<String, @Nullable Object> around, String key, String path) {
    if (!(around.get(key) instanceof Map)) {
      around.put(key, new LinkedHashMap<String, @Nullable Object>());
      replacePlace(path);
    }
    return (Map<String, @Nullable Object>) around.get(key);
  }

  private void replacePlace(String path) {
    places.keySet().removeIf(at -> at.startsWith(path + ".") || at.startsWith(path + "["));
    places.put(path, PLACE);
  }

  private void problem(String field, String what, String remedy) {
    problems.add(new Problem(PLACE.file(), PLACE.line(), field, what, remedy));
  }
}
