package io.flowlog.agent.logger;

import java.util.List;

/**
 * Which fields the rows of a layout may have.
 *
 * @param known every field's name
 * @param defaults the fields of a logger that chooses none, in the file's order
 */
public record FieldChoice(List<String> known, List<String> defaults) {
  public FieldChoice {
    known = List.copyOf(known);
    defaults = List.copyOf(defaults);
  }
}
