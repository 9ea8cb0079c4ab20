package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Turns the text of one YAML or JSON file into a {@link Document}. Owned by the call that reads.
 *
 * <p>It works on the parser's events, so that depth is bounded before the stack is, each value
 * keeps its line, and a mistake that is none of syntax does not hide the ones behind it. Aliases
 * and types beyond JSON's have no use in a configuration and are refused.
 */
final class YamlReader {
  // Together these bound the memory for paths, whatever a file of the largest size holds.
  private static final int DEPTH_MAX = 10;
  private static final int KEY_CHARACTERS_MAX = 100;
  private static final int VALUES_MAX = 100_000;

  /** Numbers as JSON writes them; anything else, like an id that starts with 0, stays text. */
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,17})");

  private static final String YAML_TAG = "tag:yaml.org,2002:";

  private final String file;
  private final String text;
  private final int lineMax;
  private final List<Problem> problems;
  private final Map<String, Place> places = new HashMap<>();
  private final Iterator<Event> events;
  private int lineReached = 1;

  private YamlReader(String file, String text, List<Problem> problems) {
    this.file = file;
    this.text = text;
    this.problems = problems;
    lineMax = (int) Math.max(1, text.lines().count());
    LoadSettings settings = LoadSettings.builder().setLabel(file).build();
    events = new Parse(settings).parseString(text).iterator();
  }

  /**
   * Reads a text.
   *
   * @param problems takes what is wrong and does not keep the rest from being read
   * @throws ProblemException when nothing of the text can be used
   */
  static Document read(String file, String text, List<Problem> problems) throws ProblemException {
    return new YamlReader(file, text, problems).document();
  }

  private Event next() throws ProblemException {
    try {
      Event event = events.next();
      lineReached = line(event);
      return event;
    } catch (YamlEngineException e) {
      throw new ProblemException(syntaxProblem(e));
    } catch (RuntimeException e) {
      // The parser itself stumbles over some escapes that the end of the file cuts off.
      throw new ProblemException(
          syntaxProblem(lineReached, "syntax error here or below", "mend the text"));
    }
  }

  private Document document() throws ProblemException {
    Event event = next();
    while (event.getEventId() == Event.ID.StreamStart
        || event.getEventId() == Event.ID.DocumentStart) {
      event = next();
    }
    places.put("", new Place(file, line(event)));
    if (event.getEventId() == Event.ID.StreamEnd) {
      return new Document(null, places);
    }
    Object root = value(event, "", 0);
    next(); // the document's end
    Event next = next();
    if (next.getEventId() != Event.ID.StreamEnd) {
      throw problem(
          next, "", "holds a second document", "keep one; use a list for several objects");
    }
    return new Document(root, places);
  }

  private @Nullable Object value(Event event, String path, int depth) throws ProblemException {
    if (depth > DEPTH_MAX) {
      throw problem(event, "", "is nested too deeply", "nothing here needs more than a few levels");
    }
    return switch (event.getEventId()) {
      case MappingStart -> {
        checkTag(event, ((CollectionStartEvent) event).getTag(), "map", path);
        yield map(path, depth);
      }
      case SequenceStart -> {
        checkTag(event, ((CollectionStartEvent) event).getTag(), "seq", path);
        yield list(path, depth);
      }
      case Scalar -> scalar((ScalarEvent) event, path);
      case Alias -> {
        problems.add(
            problem(event, path, "is an alias", "write the value out: * and & are not supported")
                .problem());
        yield null;
      }
      default -> throw new NoSuchElementException("no value starts with " + event);
    };
  }

  private Map<String, @Nullable Object> map(String path, int depth) throws ProblemException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Event key = next(); key.getEventId() != Event.ID.MappingEnd; key = next()) {
      if (!(key instanceof ScalarEvent scalar) || scalar.getValue().length() > KEY_CHARACTERS_MAX) {
        throw problem(key, path, "has a key that is no short text", "write key: value");
      }
      String name = scalar.getValue();
      String below = Document.join(path, name);
      Place first = map.containsKey(name) ? places.get(below) : null;
      if (first == null) {
        place(below, key);
        map.put(name, value(next(), below, depth + 1));
      } else {
        String what = "is given twice, first in line " + first.line();
        problems.add(problem(key, below, what, "keep one").problem());
        value(next(), below + ".", depth + 1); // a path of its own: the first one's stays
      }
    }
    return map;
  }

  private List<@Nullable Object> list(String path, int depth) throws ProblemException {
    List<@Nullable Object> list = new ArrayList<>();
    for (Event e = next(); e.getEventId() != Event.ID.SequenceEnd; e = next()) {
      String element = path + "[" + list.size() + "]";
      place(element, e);
      list.add(value(e, element, depth + 1));
    }
    return list;
  }

  private void place(String path, Event event) throws ProblemException {
    if (places.size() >= VALUES_MAX) {
      throw problem(
          event, "", "holds more than " + VALUES_MAX + " values", "split it, or check the path");
    }
    places.put(path, new Place(file, line(event)));
  }

  private @Nullable Object scalar(ScalarEvent event, String path) {
    String tag = event.getTag().orElse("");
    String value = event.getValue();
    checkTag(event, event.getTag(), "str", path);
    if (!event.isPlain() || tag.equals("!") || tag.equals(YAML_TAG + "str")) {
      return value;
    }
    return switch (value) {
      case "", "~", "null", "Null", "NULL" -> null;
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      default -> INTEGER.matcher(value).matches() ? (Object) Long.valueOf(value) : value;
    };
  }

  private void checkTag(Event event, Optional<String> tag, String expected, String path) {
    if (tag.isPresent() && !tag.get().equals("!") && !tag.get().equals(YAML_TAG + expected)) {
      problems.add(
          problem(event, path, "has the type tag " + FieldProblem.quote(tag.get()), "remove it")
              .problem());
    }
  }

  private Problem syntaxProblem(YamlEngineException e) {
    if (e instanceof ReaderException reader) {
      int end = text.offsetByCodePoints(0, Math.min(reader.getPosition(), codePoints()));
      int line = (int) text.substring(0, end).chars().filter(c -> c == '\n').count() + 1;
      return syntaxProblem(
          line,
          String.format("holds the character U+%04X", reader.getCodePoint()),
          "remove it, or write it as an escape in double quotes");
    }
    if (e instanceof MarkedYamlEngineException marked) {
      int line = marked.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      if (marked.getProblem().contains("TAB")) {
        return syntaxProblem(line, "a tab stands where spaces must", "indent with spaces");
      }
      return syntaxProblem(
          line, "syntax error, " + marked.getProblem(), "mend the line, or the one before it");
    }
    return syntaxProblem(1, "is no YAML that can be read", "check the %YAML line; 1.2 is read");
  }

  private int codePoints() {
    return text.codePointCount(0, text.length());
  }

  private Problem syntaxProblem(int line, String what, String remedy) {
    return new Problem(file, Math.min(line, lineMax), "", what, remedy);
  }

  private ProblemException problem(Event event, String field, String what, String remedy) {
    return new ProblemException(new Problem(file, line(event), field, what, remedy));
  }

  private int line(Event event) {
    return Math.min(event.getStartMark().map(Mark::getLine).orElse(0) + 1, lineMax);
  }
}
