package io.flowlog.agent.api;

import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one listener. Immutable.
 *
 * @param byPath pages whose path is known
 * @param byFolder what makes the page of an item, by the path before the item's id
 */
record Pages(Map<String, Page> byPath, Map<String, Function<String, Page>> byFolder) {
  Pages {
    byPath = Map.copyOf(byPath);
    byFolder = Map.copyOf(byFolder);
  }

  /** Returns what monitoring asks for. */
  static Pages ofMonitoring(PublishedMetrics metrics, Supplier<Health> health) {
    return new Pages(
        Map.of(
            "/metrics",
            () -> new Answer(200, PublishedMetrics.CONTENT_TYPE, metrics.text()),
            "/health",
            new HealthPage(health)),
        Map.of());
  }

  /** Returns these and a list with its items. */
  Pages withList(String path, Page list, Function<String, Page> item) {
    Map<String, Page> paths = new HashMap<>(byPath);
    paths.put(path, list);
    Map<String, Function<String, Page>> folders = new HashMap<>(byFolder);
    folders.put(path + "/", item);
    return new Pages(paths, folders);
  }

  /** Returns the page of a path, or null if there is none. */
  @Nullable Page find(String path) {
    Page page = byPath.get(path);
    if (page != null) {
      return page;
    }
    int idAt = path.lastIndexOf('/') + 1;
    Function<String, Page> item = byFolder.get(path.substring(0, idAt));
    return item == null ? null : item.apply(path.substring(idAt));
  }

  /** Returns the paths that there are, for people. */
  String names() {
    TreeSet<String> names = new TreeSet<>(byPath.keySet());
    byFolder.keySet().forEach(folder -> names.add(folder + "{id}"));
    return String.join(", ", names);
  }
}
