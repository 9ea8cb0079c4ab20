package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Loads the agent's own configuration. */
public final class ConfigLoader {
  private ConfigLoader() {}

  /**
   * Loads the configuration from a file, if there is one, and the command line over it.
   *
   * @param file null for the built-in defaults
   * @param sets {@code key=value} each, the key as a dotted path
   */
  public static LoadedConfig load(@Nullable Path file, List<String> sets) {
    return load(file, sets, Surroundings.ofProcess());
  }

  static LoadedConfig load(@Nullable Path file, List<String> sets, Surroundings around) {
    List<Problem> problems = new ArrayList<>();
    Document document;
    try {
      document = file == null ? builtIn() : read(file, problems);
    } catch (ProblemException e) {
      return new LoadedConfig(null, List.of(e.problem()), Set.of());
    }
    Map<String, @Nullable Object> tree = mapOf(document, problems);
    Overrides overrides = new Overrides(tree, document.places(), problems);
    sets.forEach(overrides::apply);
    FieldReader reader = new FieldReader(tree);
    AgentConfig config = Sections.read(reader, around);
    for (FieldProblem problem : reader.problems()) {
      problems.add(document.locate("", problem));
    }
    document.places().remove("");
    return new LoadedConfig(
        problems.isEmpty() ? config : null, problems, document.places().keySet());
  }

  private static Document builtIn() {
    Map<String, Place> places = new HashMap<>();
    places.put("", new Place("(built-in configuration)", 0));
    return new Document(null, places);
  }

  private static Document read(Path file, List<Problem> problems) throws ProblemException {
    return YamlReader.read(file.toString(), TextFile.read(file), problems);
  }

  @SuppressWarnings("unchecked") // documents have text keys at every level
  private static Map<String, @Nullable Object> mapOf(Document document, List<Problem> problems) {
    if (document.root() instanceof Map) {
      return (Map<String, @Nullable Object>) document.root();
    }
    if (document.root() != null) {
      Place place = document.placeOf("");
      problems.add(
          new Problem(place.file(), place.line(), "", "holds no keys", "write key: value"));
    }
    return new LinkedHashMap<>();
  }
}
