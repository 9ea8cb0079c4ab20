package io.flowlog.agent.port;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one declared object from a neutral tree (maps, lists, String, Long, Boolean,
 * null) and collects everything that is wrong with them. Owned by the rules that check the object.
 *
 * <p>A field whose value is null counts as left out. A method that finds no usable value returns
 * null; whether that was a mistake is in {@link #problems()}.
 */
public final class FieldReader {
  private final Map<String, @Nullable Object> tree;
  private final String prefix;
  private final List<FieldProblem> problems;
  private final Set<String> askedPaths;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Set<String> ignored = new LinkedHashSet<>();

  /** Reads an object that stands alone. */
  public FieldReader(Map<String, @Nullable Object> tree) {
    this(tree, "", new ArrayList<>(), new TreeSet<>());
  }

  private FieldReader(
      Map<String, @Nullable Object> tree,
      String prefix,
      List<FieldProblem> problems,
      Set<String> askedPaths) {
    this.tree = tree;
    this.prefix = prefix;
    this.problems = problems;
    this.askedPaths = askedPaths;
  }

  /** Tells whether the field is there and not null. */
  public boolean has(String field) {
    return ask(field) != null;
  }

  /** Reads text that may be empty. */
  public @Nullable String text(String field) {
    Object value = ask(field);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    problem(field, "must be text, not " + kindOf(value), "put it in quotes if it is meant as text");
    return null;
  }

  /** Reads text that stands for something. */
  public <T> @Nullable T value(String field, ValueParser<T> parser) {
    String text = text(field);
    return text == null ? null : parse(field, text, parser);
  }

  /** Reads an amount with its unit; a number alone reaches the parser too, which can name units. */
  public <T> @Nullable T amount(String field, ValueParser<T> parser) {
    return ask(field) instanceof Long number
        ? parse(field, number.toString(), parser)
        : value(field, parser);
  }

  /** Reads a list of texts, each of which stands for something; null if there is no list. */
  public <T> @Nullable List<T> values(String field, ValueParser<T> parser) {
    Object value = ask(field);
    if (value == null) {
      return null;
    }
    if (!(value instanceof List<?> elements)) {
      problem(field, "must be a list, not " + kindOf(value), "write it as [first, second]");
      return null;
    }
    List<T> parsed = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      String element = field + "[" + i + "]";
      if (elements.get(i) instanceof String text) {
        T one = parse(element, text, parser);
        if (one != null) {
          parsed.add(one);
        }
      } else {
        problem(element, "must be text, not " + kindOf(elements.get(i)), "put it in quotes");
      }
    }
    return parsed;
  }

  /** Reads a whole number within bounds. */
  public @Nullable Long integer(String field, long min, long max) {
    Object value = ask(field);
    if (value == null) {
      return null;
    }
    String range = "write a whole number from " + min + " to " + max;
    if (!(value instanceof Long number)) {
      problem(field, "must be a whole number, not " + kindOf(value), range);
      return null;
    }
    if (number < min || number > max) {
      problem(field, number + " is out of range", range);
      return null;
    }
    return number;
  }

  /** Reads true or false. */
  public @Nullable Boolean flag(String field) {
    Object value = ask(field);
    if (value == null || value instanceof Boolean) {
      return (Boolean) value;
    }
    problem(field, "must be true or false, not " + kindOf(value), "write true or false, no quotes");
    return null;
  }

  /** Reads one of an enum's names. */
  public <E extends Enum<E>> @Nullable E choice(String field, Class<E> type) {
    return value(field, text -> constantOf(text, type));
  }

  private static <E extends Enum<E>> E constantOf(String text, Class<E> type)
      throws FieldException {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
      names.add(constant.name());
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not a known value", "use " + String.join(", ", names));
  }

  /** Opens an object below this one; empty if there is none. */
  public FieldReader object(String field) {
    Object value = ask(field);
    if (value != null && !(value instanceof Map)) {
      problem(field, "must be an object, not " + kindOf(value), "indent its keys below it");
    }
    return below(field, value);
  }

  /** Opens an object below this one. What stands there instead is not told: it may be a secret. */
  public FieldReader hiddenObject(String field, String remedy) {
    Object value = ask(field);
    if (value != null && !(value instanceof Map)) {
      problem(field, "may not stand here itself", remedy);
    }
    return below(field, value);
  }

  /** Opens the objects of a list below this one. */
  public List<FieldReader> objects(String field) {
    Object value = ask(field);
    List<FieldReader> readers = new ArrayList<>();
    if (value instanceof List<?> elements) {
      for (int i = 0; i < elements.size(); i++) {
        String element = field + "[" + i + "]";
        if (elements.get(i) instanceof Map) {
          readers.add(below(element, elements.get(i)));
        } else {
          problem(element, "must be an object, not " + kindOf(elements.get(i)), "write key: value");
        }
      }
    } else if (value != null) {
      problem(field, "must be a list of objects, not " + kindOf(value), "start each with a dash");
    }
    return readers;
  }

  private FieldReader below(String field, @Nullable Object value) {
    @SuppressWarnings("unchecked") // the trees that come in have text keys at every level
    Map<String, @Nullable Object> fields =
        value instanceof Map ? (Map<String, @Nullable Object>) value : Collections.emptyMap();
    return new FieldReader(fields, path(field) + ".", problems, askedPaths);
  }

  /** Lets fields be there without reading them. */
  public void ignore(String... fields) {
    ignored.addAll(Arrays.asList(fields));
  }

  /** Notes a problem with a field of this object. */
  public void problem(String field, String what, String remedy) {
    problems.add(new FieldProblem(path(field), what, remedy));
  }

  /** Notes each field that nobody asked for; called once, after all others were read. */
  public void refuseUnknown() {
    for (String field : tree.keySet()) {
      if (!asked.contains(field) && !ignored.contains(field)) {
        problem(field, "unknown key", NearestName.remedy(field, asked));
      }
    }
  }

  /** Returns the problems so far, of the objects below too. */
  public List<FieldProblem> problems() {
    return problems;
  }

  /**
   * Returns the paths of all fields that were asked for, with {@code []} for any place in a list.
   */
  public Set<String> askedPaths() {
    return askedPaths;
  }

  private @Nullable Object ask(String field) {
    asked.add(field);
    askedPaths.add(path(field).replaceAll("\\[\\d+]", "[]"));
    return tree.get(field);
  }

  private String path(String field) {
    return prefix + field;
  }

  private <T> @Nullable T parse(String field, String text, ValueParser<T> parser) {
    try {
      return parser.parse(text);
    } catch (FieldException e) {
      problem(field, e.what(), e.remedy());
      return null;
    }
  }

  private static String kindOf(@Nullable Object value) {
    if (value == null) {
      return "empty";
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof String text) {
      return "the text " + FieldProblem.quote(text);
    }
    return (value instanceof Long ? "the number " : "the truth value ") + value;
  }
}
