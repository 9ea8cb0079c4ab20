package io.flowlog.agent.store;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Folders and names as they stand in URLs. */
final class UrlText {
  private static final String PLAIN = "-._~";
  private static final String HEX = "0123456789ABCDEF";

  private UrlText() {}

  /** Returns a folder or name with everything encoded that may mean something in a URL. */
  static String encode(String segment) {
    StringBuilder text = new StringBuilder();
    for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        text.append(c);
      } else {
        text.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return text.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }

  /** Returns a path of folders and a name. */
  static String encode(List<String> segments) {
    return segments.stream().map(UrlText::encode).collect(Collectors.joining("/"));
  }

  /** Returns the folders of a URL's path, decoded. */
  static List<String> segments(URI url) {
    List<String> segments = new ArrayList<>();
    for (String raw : url.getRawPath().substring(1).split("/", -1)) {
      // a leading slash keeps URI from taking "a:b" for a scheme
      segments.add(URI.create("/" + raw).getPath().substring(1));
    }
    return segments;
  }
}
