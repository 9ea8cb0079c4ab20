package io.flowlog.agent.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** The rules of the architecture, for the packages below one name. Immutable. */
final class ArchitectureRules {
  private static final Set<String> CLOCK_METHODS = Set.of("currentTimeMillis", "nanoTime");
  private static final Set<String> PRINT_STREAMS = Set.of("out", "err");
  private static final List<String> PACKET_PATH_SHUNS =
      List.of(
          "java.io..",
          "java.net..",
          "java.nio.channels..",
          "java.nio.file..",
          "java.util.concurrent..",
          "java.util.logging..",
          "java.util.stream..",
          "org.slf4j..");

  private final String base;
  private final String bridge;

  /** Makes the rules for the packages below {@code base}, whose native side is {@code bridge}. */
  ArchitectureRules(String base, String bridge) {
    this.base = base;
    this.bridge = bridge;
  }

  /** Returns one rule for each row of the table of imports. */
  Map<String, ArchRule> imports() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    PackageTable.MAY_IMPORT.forEach(
        (name, others) -> {
          List<String> allowed = new ArrayList<>(others);
          allowed.add(name);
          rules.put(
              name,
              classes()
                  .that()
                  .resideInAPackage(inside(name))
                  .should()
                  .onlyDependOnClassesThat(
                      not(resideInAPackage(base + "..")).or(resideInAnyPackage(inside(allowed))))
                  .allowEmptyShould(true));
        });
    return rules;
  }

  /** Returns one rule for each library. */
  Map<String, ArchRule> homes() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    PackageTable.HOMES.forEach(
        (library, homes) ->
            rules.put(
                library,
                noClasses()
                    .that()
                    .resideOutsideOfPackages(inside(homes))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(library)));
    return rules;
  }

  /** Returns the rest by name. */
  Map<String, ArchRule> laws() {
    Map<String, ArchRule> laws = new LinkedHashMap<>();
    laws.put("no cycles", slices().matching(base + ".(*)..").should().beFreeOfCycles());
    laws.put("every library has a home", everyLibraryHasHome());
    laws.put("config sees settings only", configSeesSettingsOnly());
    laws.put("native code through few", nativeCodeThroughFew());
    laws.put("threads in worker", threadsInWorker());
    laws.put("netty's threads in api", nettysThreadsInApi());
    laws.put("packet path does not wait", packetPathDoesNotWait());
    laws.put("packet path has no monitors", packetPathHasNoMonitors());
    laws.put("no clock in the pipeline", noClockInPipeline());
    laws.put("console in cli", consoleInCli());
    return laws;
  }

  private ArchRule everyLibraryHasHome() {
    List<String> known = new ArrayList<>(PackageTable.HOMES.keySet());
    known.addAll(PackageTable.EVERYBODYS);
    known.add(base + "..");
    known.add(bridge + "..");
    known.add(""); // arrays of primitives
    return classes()
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(known.toArray(new String[0])));
  }

  private ArchRule configSeesSettingsOnly() {
    List<String> settled = new ArrayList<>(PackageTable.MAY_IMPORT.keySet());
    settled.removeAll(List.of("config", "logger", "port"));
    return noClasses()
        .that()
        .resideInAPackage(inside("config"))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(inside(settled)).and(not(settings())).as("are no settings"))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> settings() {
    return describe(
        "settings", type -> type.isEnum() || type.getName().matches(".*Config(\\$.*)?"));
  }

  private ArchRule nativeCodeThroughFew() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(inside(List.of("capture", "port", "worker")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(bridge + "..");
  }

  private ArchRule threadsInWorker() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(inside("worker"))
        .should()
        .accessTargetWhere(access("a thread is made", ArchitectureRules::makesThread))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Executors.class, CompletableFuture.class, Timer.class)
        .orShould()
        .dependOnClassesThat(executors(false));
  }

  private ArchRule nettysThreadsInApi() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(inside("api"))
        .should()
        .dependOnClassesThat(executors(true));
  }

  private static DescribedPredicate<JavaClass> executors(boolean nettys) {
    return assignableTo(Executor.class)
        .and(describe("netty's", type -> type.getName().startsWith("io.netty.") == nettys));
  }

  private static boolean makesThread(JavaAccess<?> access) {
    boolean made = access.getTarget().getName().equals(JavaConstructor.CONSTRUCTOR_NAME);
    boolean parallel = access.getTarget().getName().startsWith("parallel");
    return (made && access.getTargetOwner().isAssignableTo(Thread.class))
        || (parallel && access.getTargetOwner().getPackageName().startsWith("java.util"));
  }

  private ArchRule packetPathDoesNotWait() {
    return noClasses()
        .that()
        .resideInAnyPackage(inside(List.of("decode", "flow")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PACKET_PATH_SHUNS.toArray(new String[0]))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(System.Logger.class, Thread.class)
        .orShould()
        .accessTargetWhere(
            access(
                "a monitor is waited for",
                access ->
                    access.getTarget().getName().equals("wait")
                        && access.getTargetOwner().isEquivalentTo(Object.class)));
  }

  private ArchRule packetPathHasNoMonitors() {
    return noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(inside(List.of("decode", "flow")))
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED);
  }

  private ArchRule noClockInPipeline() {
    return noClasses()
        .that()
        .resideInAnyPackage(inside(List.of("decode", "flow", "record", "format")))
        .should()
        .accessTargetWhere(access("the clock is read", ArchitectureRules::readsClock));
  }

  private static boolean readsClock(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String name = access.getTarget().getName();
    boolean ofTime = owner.getPackageName().equals("java.time");
    return (owner.isEquivalentTo(System.class) && CLOCK_METHODS.contains(name))
        || (ofTime && name.equals("now"))
        || (ofTime && owner.getSimpleName().equals("Clock"))
        || owner.isEquivalentTo(Date.class);
  }

  private ArchRule consoleInCli() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(inside("cli"))
        .should()
        .accessTargetWhere(access("the console is written to", ArchitectureRules::usesConsole));
  }

  private static boolean usesConsole(JavaAccess<?> access) {
    String name = access.getTarget().getName();
    boolean ofSystem = access.getTargetOwner().isEquivalentTo(System.class);
    boolean printsTrace =
        name.equals("printStackTrace") && access.getTargetOwner().isAssignableTo(Throwable.class);
    return (ofSystem && PRINT_STREAMS.contains(name)) || printsTrace;
  }

  private static DescribedPredicate<JavaAccess<?>> access(
      String description, Predicate<JavaAccess<?>> predicate) {
    return describe(description, predicate);
  }

  private String inside(String name) {
    return base + "." + name + "..";
  }

  private String[] inside(List<String> names) {
    return names.stream().map(this::inside).toArray(String[]::new);
  }
}
