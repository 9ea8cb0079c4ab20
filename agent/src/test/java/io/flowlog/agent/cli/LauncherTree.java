package io.flowlog.agent.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An installed tree as the build makes it: the real launcher, and a jar that leads to the classes
 * under test.
 */
final class LauncherTree {
  private static final String VERSION = "1.2.3";

  private final Path temporary;
  private final Path home;
  private final Map<String, @Nullable String> environment = new HashMap<>();

  /** Makes a tree of that name. */
  LauncherTree(Path temporary, String name) throws IOException {
    this.temporary = temporary;
    home = temporary.resolve(name);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("FLOWLOG_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    String script = Files.readString(Path.of("src/main/launcher/flowlog-agent"));
    Files.writeString(launcher(), script.replace("@VERSION@", VERSION));
    if (!launcher().toFile().setExecutable(true)) {
      throw new IOException(launcher() + " cannot be made executable");
    }
    writeJar();
  }

  private void writeJar() throws IOException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" "));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED");
    Path jar = lib("flowlog-agent-" + VERSION + ".jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
  }

  Path launcher() {
    return home.resolve("bin/flowlog-agent");
  }

  Path lib(String name) {
    return home.resolve("lib").resolve(name);
  }

  Path home() {
    return home;
  }

  /** Sets a variable of the environment, or removes it. */
  LauncherTree with(String name, @Nullable String value) {
    environment.put(name, value);
    return this;
  }

  /** Makes a Java that only prints its arguments, with a file that says which release it is. */
  Path fakeJava(String name, String release) throws IOException {
    Path java = temporary.resolve(name);
    Files.createDirectories(java.resolve("bin"));
    Path program = java.resolve("bin/java");
    Files.writeString(program, "#!/bin/sh\nfor i in \"$@\"; do echo \"$i\"; done\n");
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    Files.writeString(java.resolve("release"), release);
    return java;
  }

  /** Runs a command that is, or leads to, the launcher. */
  Outcome run(List<String> command, ProcessBuilder.Redirect input) throws IOException {
    ProcessBuilder process = new ProcessBuilder(command).redirectInput(input);
    environment.forEach(
        (name, value) -> {
          if (value == null) {
            process.environment().remove(name);
          } else {
            process.environment().put(name, value);
          }
        });
    return Outcome.of(process, temporary);
  }

  Outcome run(String... command) throws IOException {
    return run(List.of(command), ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
  }

  /** Runs the launcher. */
  Outcome launch(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = launcher().toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return run(command);
  }
}
