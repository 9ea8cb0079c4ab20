package io.flowlog.agent.architecture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What is to be found in no tree of sources; each finding is one line of text. Immutable. */
final class TidyRules {
  private static final int COLUMNS_MAX = 100;
  private static final Set<String> TOP_LEVEL =
      Set.of("pom.xml", "agent", "native-bridge", "systemd", "config", "README.md", "LICENSE");
  private static final Set<String> FOLDERS_WITH_README =
      Set.of("agent", "native-bridge", "config", "systemd");
  private static final Pattern TEXT = Pattern.compile(".*\\.(java|md|ya?ml|xml|sh)|\\.ci/[^.]*");
  // in two parts, or this file would be found
  private static final Pattern SWITCHED_OFF = Pattern.compile("@" + "(Disabled|Ignore)\\b");
  private static final Pattern PACKAGE_INFO =
      Pattern.compile("^/\\*\\*.*\\*/\\s*@NullMarked\\s*package [a-z0-9.]+;.*", Pattern.DOTALL);

  private final SourceTree tree;
  private final List<Path> files;

  TidyRules(SourceTree tree) throws IOException {
    this.tree = tree;
    files = tree.files();
  }

  /** Returns what stands at the top and should not. */
  List<String> strangersAtTheTop() throws IOException {
    List<String> findings = new ArrayList<>();
    for (String name : tree.topNames()) {
      if (!TOP_LEVEL.contains(name) && !name.startsWith(".")) {
        findings.add(name);
      }
    }
    return findings;
  }

  /** Returns the folders at the top that nothing explains. */
  List<String> foldersWithoutReadme() {
    List<String> findings = new ArrayList<>();
    for (String folder : new TreeSet<>(FOLDERS_WITH_README)) {
      if (!files.contains(Path.of(folder, "README.md"))) {
        findings.add(folder);
      }
    }
    return findings;
  }

  /** Returns lines that are too long, or have tabs, returns or blanks where none should be. */
  List<String> untidyLines() {
    List<String> findings = new ArrayList<>();
    for (Path file : files) {
      if (TEXT.matcher(file.toString()).matches()) {
        untidyLines(file, findings);
      }
    }
    return findings;
  }

  private void untidyLines(Path file, List<String> findings) {
    boolean isMarkdown = file.toString().endsWith(".md");
    List<String> lines = tree.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String at = file + ":" + (i + 1) + ": ";
      boolean isTable = isMarkdown && line.startsWith("|");
      int columns = line.codePointCount(0, line.length());
      if (columns > COLUMNS_MAX && !isTable) {
        findings.add(at + columns + " columns");
      }
      if (line.indexOf('\t') >= 0) {
        findings.add(at + "tab");
      }
      if (!line.equals(line.stripTrailing())) {
        findings.add(at + "trailing blank");
      }
    }
    if (!lines.get(lines.size() - 1).isEmpty()) {
      findings.add(file + ": no line end at the end");
    }
  }

  /** Returns tests that are switched off. */
  List<String> switchedOffTests() {
    List<String> findings = new ArrayList<>();
    for (Path file : files) {
      if (file.toString().endsWith(".java")
          && SWITCHED_OFF.matcher(String.join("\n", tree.lines(file))).find()) {
        findings.add(file.toString());
      }
    }
    return findings;
  }

  /** Returns packages that do not say what they are for, or allow null without saying so. */
  List<String> packagesWithoutInfo() {
    Set<Path> packages = new TreeSet<>();
    for (Path file : files) {
      if (file.toString().endsWith(".java")) {
        packages.add(file.getParent());
      }
    }
    List<String> findings = new ArrayList<>();
    for (Path folder : packages) {
      if (!isExplained(folder) && !isExplained(mainOf(folder))) {
        findings.add(folder.toString());
      }
    }
    return findings;
  }

  /** Tests lie in the packages that they test, which are explained once. */
  private static Path mainOf(Path folder) {
    return Path.of(folder.toString().replace("/src/test/", "/src/main/"));
  }

  private boolean isExplained(Path folder) {
    Path info = folder.resolve("package-info.java");
    return files.contains(info)
        && PACKAGE_INFO.matcher(String.join("\n", tree.lines(info))).matches();
  }
}
