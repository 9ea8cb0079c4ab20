package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * What a call of the program came to.
 *
 * @param code the exit code
 * @param data stdout
 * @param words the lines of stderr
 */
record Outcome(int code, String data, List<String> words) {
  private static final String SIGN = "flowlog-agent: ";

  /** Calls the program in this process. */
  static Outcome of(String... arguments) {
    return of(() -> Main.run(arguments));
  }

  /** Calls something that says an exit code. */
  static Outcome of(IntSupplier call) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    System.setOut(new PrintStream(data, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(words, true, StandardCharsets.UTF_8));
    try {
      int code = call.getAsInt();
      return new Outcome(
          code,
          data.toString(StandardCharsets.UTF_8),
          words.toString(StandardCharsets.UTF_8).lines().toList());
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  /** Runs a process to its end; its output goes through files in that folder. */
  static Outcome of(ProcessBuilder process, Path folder) throws IOException {
    Path data = Files.createTempFile(folder, "data", "");
    Path words = Files.createTempFile(folder, "words", "");
    Process running = process.redirectOutput(data.toFile()).redirectError(words.toFile()).start();
    try {
      if (!running.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("does not end: " + process.command());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      running.destroyForcibly();
    }
    return new Outcome(
        running.exitValue(), Files.readString(data), Files.readString(words).lines().toList());
  }

  /** Returns the problems told, without the program's name. */
  List<String> problems() {
    return words.stream()
        .filter(line -> line.startsWith(SIGN))
        .map(line -> line.substring(SIGN.length()))
        .toList();
  }

  /** Asserts that all went well, and that nothing but data is on stdout, of which there is none. */
  Outcome assertDone() {
    assertEquals(Main.DONE, code, this::toString);
    assertEquals("", data);
    assertEquals(List.of(), problems());
    return this;
  }

  /** Asserts a named failure that is these lines and no more, beside a summary. */
  Outcome assertFailed(String... problems) {
    assertEquals(Main.FAILED, code, this::toString);
    assertEquals(List.of(problems), problems());
    assertEquals("", data);
    for (String line : words) {
      assertTrue(line.matches("(flowlog-agent: |read |wrote |left out |note ).*"), line);
    }
    return this;
  }

  /** Asserts wrong use: a line that says what is wrong, then how to use the command. */
  void assertWrongUse(String problem) {
    assertEquals(Main.WRONG_USE, code, this::toString);
    assertEquals(problem, words.get(0));
    assertTrue(words.get(1).startsWith("Usage: flowlog-agent"), words.get(1));
    assertEquals("", data);
  }

  /** Asserts that the summary has this line. */
  Outcome assertSays(String line) {
    assertTrue(words.contains(line), this::toString);
    return this;
  }
}
