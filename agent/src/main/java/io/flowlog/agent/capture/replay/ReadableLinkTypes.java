package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.LinkType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to tell somebody whose capture has a framing that we cannot read. */
final class ReadableLinkTypes {
  /** Names the readable link types with their numbers, and the remedy. */
  static final String TEXT = "capture on another interface; readable are " + list();

  private static final int NUMBERS_END = 1 << 16;

  private ReadableLinkTypes() {}

  private static String list() {
    List<String> names = new ArrayList<>();
    for (int number = 0; number < NUMBERS_END; number++) {
      @Nullable LinkType linkType = LinkType.ofNumber(number);
      if (linkType != null) {
        names.add(number + " (" + linkType + ")");
      }
    }
    return String.join(", ", names);
  }
}
