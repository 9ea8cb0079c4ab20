package io.flowlog.agent.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.flowlog.agent.cli.Main;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Data flows left to right through the packages; imports point right to left, never back. */
@Tag("slow")
class PackageDependencyTest {
  private static final String AGENT = "io.flowlog.agent";
  private static final String WRONG = AGENT + ".architecture.wrong";

  /** The agent without its tests: everything that was built into the same place as its program. */
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

  /** Small classes that each break one rule, and some that use what is theirs to use. */
  private static final JavaClasses WRONG_CLASSES = new ClassFileImporter().importPackages(WRONG);

  private static final ArchitectureRules RULES = new ArchitectureRules(AGENT, "io.flowlog.bridge");
  private static final ArchitectureRules RULES_OF_WRONG =
      new ArchitectureRules(WRONG, AGENT + ".architecture.wrongbridge");

  @TestFactory
  Stream<DynamicTest> shouldImportOnlyWhatTheRowAllows() {
    return tests(RULES.imports());
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepLibrariesAtHome() {
    return tests(RULES.homes());
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepTheLaws() {
    return tests(RULES.laws());
  }

  @Test
  void shouldHaveOneRowForEachPackage() {
    assertEquals(PackageTable.MAY_IMPORT.keySet(), packagesOf(CLASSES, AGENT));
  }

  @Test
  void shouldFindPackageWithoutRow() {
    Set<String> found = new TreeSet<>(packagesOf(WRONG_CLASSES, WRONG));
    found.removeAll(PackageTable.MAY_IMPORT.keySet());
    assertEquals(Set.of("misc"), found);
  }

  @Test
  void shouldFindEveryImportAgainstTheTable() {
    assertEquals(
        Map.of(
            "decode", Set.of("decode.LooksAtTheTable"),
            "format", Set.of("format.CallsCommand")),
        violations(RULES_OF_WRONG.imports()));
  }

  @Test
  void shouldFindEveryLibraryAwayFromHome() {
    assertEquals(
        Map.of(
            "org.pcap4j..", Set.of("capture.OpensCapture"),
            "org.snakeyaml..", Set.of("logger.ReadsYaml"),
            "picocli..", Set.of("store.IsCommand"),
            "java.net.http..", Set.of("logger.FetchesPage"),
            "jnr..", Set.of("worker.CallsNativeCode"),
            "java.sql..", Set.of("record.KeepsSqlTime")),
        violations(RULES_OF_WRONG.homes()));
  }

  @Test
  void shouldFindEveryBreachOfTheLaws() {
    Map<String, Set<String>> expected = new TreeMap<>();
    expected.put("no cycles", Set.of("decode.LooksAtTheTable", "flow.Table"));
    expected.put("every library has a home", Set.of("format.UsesUnknownLibrary"));
    expected.put("config sees settings only", Set.of("config.ReadsTable"));
    expected.put("native code through few", Set.of("format.CallsBridge"));
    expected.put(
        "threads in worker",
        Set.of(
            "store.IsThread",
            "store.KeepsExecutor",
            "store.StartsFuture",
            "store.StartsThread",
            "store.StreamsInParallel"));
    expected.put("netty's threads in api", Set.of("port.KeepsLoop"));
    expected.put(
        "packet path does not wait",
        Set.of("decode.ReadsFile", "decode.Streams", "flow.LogsLine", "flow.Sleeps", "flow.Waits"));
    expected.put("packet path has no monitors", Set.of("flow.Locks"));
    expected.put(
        "no clock in the pipeline",
        Set.of("decode.ReadsClock", "format.MakesDate", "record.ReadsInstant"));
    expected.put("console in cli", Set.of("store.PrintsLine", "store.PrintsTrace"));
    assertEquals(RULES.laws().keySet(), expected.keySet(), "each law is proved");
    assertEquals(expected, new TreeMap<>(violations(RULES_OF_WRONG.laws())));
  }

  private static Stream<DynamicTest> tests(Map<String, ArchRule> rules) {
    return rules.entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(CLASSES)));
  }

  private static Set<String> packagesOf(JavaClasses classes, String base) {
    Set<String> packages = new TreeSet<>();
    for (JavaClass type : classes) {
      String below = type.getPackageName().substring(base.length());
      assertTrue(below.startsWith("."), type.getName() + " must be in a package of the table");
      packages.add(below.substring(1).replaceFirst("\\..*", ""));
    }
    return packages;
  }

  /** Returns which of the wrong classes are found, by the rule that they break. */
  private static Map<String, Set<String>> violations(Map<String, ArchRule> rules) {
    Map<String, Set<String>> found = new LinkedHashMap<>();
    rules.forEach(
        (name, rule) -> {
          List<String> details = rule.evaluate(WRONG_CLASSES).getFailureReport().getDetails();
          if (!details.isEmpty()) {
            found.put(name, originsOf(details));
          }
        });
    return found;
  }

  private static Set<String> originsOf(List<String> details) {
    // "Method <base.store.PrintsLine.print()> gets field ...": the first name is the culprit's
    Pattern origin = Pattern.compile("<" + Pattern.quote(WRONG) + "\\.([a-z]+\\.[A-Z]\\w*)");
    Set<String> origins = new TreeSet<>();
    for (String detail : details) {
      for (String line : detail.split("\n", -1)) {
        Matcher matcher = origin.matcher(line);
        if (matcher.find()) {
          origins.add(matcher.group(1));
        }
      }
    }
    return origins;
  }
}
