package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Hears SIGHUP, by which operators have a daemon read its settings again.
 *
 * <p>The JDK's classes for signals are called by their names: the compiler warns of everybody who
 * uses them otherwise, and there are no others.
 */
public final class HangUpSignal {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private HangUpSignal() {}

  /**
   * Has something called at each SIGHUP, for the rest of the process's life. It is called on a
   * thread of the JVM's, so it should only leave a note. A process that was started to ignore
   * SIGHUP, by nohup, goes on to ignore it.
   */
  public static void onHangUp(Runnable note, EventLog log) {
    try {
      listen(note);
    } catch (InvocationTargetException e) {
      // -Xrs
      warn(log, String.valueOf(e.getCause()), "take -Xrs from the options of java");
    } catch (ReflectiveOperationException e) {
      warn(log, e.toString(), "run it on a Java that has the module jdk.unsupported");
    }
  }

  private static void listen(Runnable note) throws ReflectiveOperationException {
    Class<?> signal = Class.forName(SIGNAL);
    Class<?> handler = Class.forName(HANDLER);
    Object caller =
        Proxy.newProxyInstance(
            HangUpSignal.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              note.run();
              return null;
            });
    Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
    signal.getMethod("handle", signal, handler).invoke(null, hangUp, caller);
  }

  private static void warn(EventLog log, String reason, String remedy) {
    log.warning(
        EventKind.HOST,
        "SIGHUP ends the agent instead of having it read its settings: " + reason + ": " + remedy);
  }
}
