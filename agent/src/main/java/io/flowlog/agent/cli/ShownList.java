package io.flowlog.agent.cli;

import java.time.Instant;
import java.util.List;

/** A list of the agent's that a command shows to people. */
interface ShownList {
  /** Returns the command's name. */
  String command();

  /** Returns what the command does, for its help. */
  String description();

  /** Returns the page that has the list. */
  String page();

  /** Returns the member of the answer that is the list. */
  String member();

  /** Returns what to say when the list is empty. */
  String emptyWords();

  /** Returns the lines of the table. */
  List<String> table(List<AnswerRow> rows, Instant now);

  /** Returns what is to be said beside the table. */
  List<String> notes(List<AnswerRow> rows);
}
