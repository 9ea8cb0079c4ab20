package io.flowlog.agent.worker;

/** Shows that a thread gets on. Its thread beats, the supervisor listens. */
final class Heartbeat {
  private final String name;
  private volatile long beats;

  /** Of the supervisor: what it heard last, and when that was new. */
  private long heard;

  private long heardAtNs;

  Heartbeat(String name, long tickNs) {
    this.name = name;
    heardAtNs = tickNs;
  }

  String name() {
    return name;
  }

  /** Shows that the thread still does something, be it waiting for another one. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only one thread beats
  void beat() {
    beats++;
  }

  /** Returns for how long there was no beat. Of the supervisor. */
  long silenceNs(long tickNs) {
    long now = beats;
    if (now != heard) {
      heard = now;
      heardAtNs = tickNs;
    }
    return tickNs - heardAtNs;
  }
}
