package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldProblem;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a file says: a neutral tree, and the place of each value in it. Owned by the loader that
 * reads the file.
 *
 * @param root a map, list, String, Long, Boolean, or null
 * @param places by path, e.g. {@code store.endpoints[0].url}; the root's path is empty
 */
record Document(@Nullable Object root, Map<String, Place> places) {
  /** Returns the path of a field of the object at a path. */
  static String join(String path, String field) {
    return path.isEmpty() || field.isEmpty() ? path + field : path + "." + field;
  }

  /** Returns where a path was written, or else where the nearest thing around it was. */
  Place placeOf(String path) {
    String around = path;
    while (true) {
      Place place = places.get(around);
      if (place != null) {
        return place;
      }
      if (around.isEmpty()) {
        throw new IllegalStateException("a document knows the place of its root");
      }
      int end = Math.max(around.lastIndexOf('.'), around.lastIndexOf('['));
      around = around.substring(0, Math.max(0, end));
    }
  }

  /** Returns a problem that the rules found in the object at a path, with its place. */
  Problem locate(String objectPath, FieldProblem problem) {
    Place place = placeOf(join(objectPath, problem.field()));
    return new Problem(
        place.file(), place.line(), problem.field(), problem.what(), problem.remedy());
  }
}
