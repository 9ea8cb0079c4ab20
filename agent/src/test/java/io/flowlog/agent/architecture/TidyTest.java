package io.flowlog.agent.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree is kept so that whoever comes finds their way. */
class TidyTest {
  private static final List<String> CLEAN = List.of();

  private final Path folder;
  private final TidyRules project;

  TidyTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    project = new TidyRules(SourceTree.ofProject());
  }

  @Test
  void shouldHaveNothingElseAtTheTop() throws IOException {
    assertEquals(CLEAN, project.strangersAtTheTop());
  }

  @Test
  void shouldExplainEveryFolder() {
    assertEquals(CLEAN, project.foldersWithoutReadme());
  }

  @Test
  void shouldExplainEveryPackage() {
    assertEquals(CLEAN, project.packagesWithoutInfo());
  }

  @Test
  void shouldRunEveryTest() {
    assertEquals(CLEAN, project.switchedOffTests());
  }

  @Test
  void shouldHaveTidyLines() {
    assertEquals(CLEAN, project.untidyLines());
  }

  @Test
  void shouldSeeTheWholeProject() throws IOException {
    List<Path> files = SourceTree.ofProject().files();
    assertTrue(files.contains(Path.of("pom.xml")));
    assertTrue(files.contains(Path.of("agent/src/main/java/io/flowlog/agent/cli/Main.java")));
    assertTrue(files.stream().noneMatch(file -> file.startsWith("agent/target")));
  }

  @Test
  void shouldFindWhatIsUntidy() throws IOException {
    write(".gitignore", "target/\n/out/\n*.class\n");
    write("target/a.java", "\t");
    write("out/b.java", "\t");
    write("docs/notes.txt", "anything");
    write("agent/README.md", "|" + " wide |".repeat(20) + "\n" + "x".repeat(101) + "\n");
    write("agent/src/main/java/a/package-info.java", "/** A. */\n@NullMarked\npackage a;\n");
    write("agent/src/main/java/b/package-info.java", "@NullMarked\npackage b;\n");
    write("agent/src/main/java/c/C.java", "\tclass C {} \n");
    write("agent/src/test/java/a/ATest.java", "@" + "Disabled\nclass ATest {}");
    write("a.yaml", "ends: with a return\r\n");
    TidyRules rules = new TidyRules(new SourceTree(folder));
    assertEquals(List.of("a.yaml", "docs"), rules.strangersAtTheTop());
    assertEquals(List.of("config", "native-bridge", "systemd"), rules.foldersWithoutReadme());
    assertEquals(
        List.of("agent/src/main/java/b", "agent/src/main/java/c"), rules.packagesWithoutInfo());
    assertEquals(List.of("agent/src/test/java/a/ATest.java"), rules.switchedOffTests());
    assertEquals(
        List.of(
            "a.yaml:1: trailing blank",
            "agent/README.md:2: 101 columns",
            "agent/src/main/java/c/C.java:1: tab",
            "agent/src/main/java/c/C.java:1: trailing blank",
            "agent/src/test/java/a/ATest.java: no line end at the end"),
        rules.untidyLines());
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
