package io.flowlog.agent.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * One thread of another process that does not come back from a system call, until this is closed;
 * owned by one test. Needs python3, and the right to trace.
 */
public final class HeldThread implements AutoCloseable {
  /** Stops a thread as a debugger does; outside a system call a JVM would stop as a whole. */
  private static final String PROGRAM =
      """
      import ctypes, os, sys
      SEIZE, INTERRUPT, CONTINUE, ANY_CHILD = 0x4206, 0x4207, 7, 0x40000000
      thread = int(sys.argv[1])
      libc = ctypes.CDLL(None, use_errno=True)
      libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
      def trace(request):
          if libc.ptrace(request, thread, None, None) != 0:
              sys.exit("ptrace: " + os.strerror(ctypes.get_errno()))
      trace(SEIZE)
      while True:
          trace(INTERRUPT)
          os.waitpid(thread, ANY_CHILD)
          if open("/proc/%d/syscall" % thread).read().split()[0] != "-1":
              break
          trace(CONTINUE)
      print("holds", flush=True)
      sys.stdin.read()
      """;

  private final Process holder;

  /** Holds the thread of that name when it returns. */
  public HeldThread(long process, String name) throws IOException {
    holder =
        new ProcessBuilder("python3", "-c", PROGRAM, numberOf(process, name))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader words = holder.inputReader(StandardCharsets.UTF_8);
    if (!"holds".equals(words.readLine())) {
      close();
      throw new IOException("thread " + name + " cannot be held");
    }
  }

  private static String numberOf(long process, String name) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
          return thread.getFileName().toString();
        }
      }
    }
    throw new IOException("process " + process + " has no thread " + name);
  }

  /** Lets the thread go on. */
  @Override
  public void close() {
    holder.destroyForcibly();
    holder.onExit().join();
  }
}
