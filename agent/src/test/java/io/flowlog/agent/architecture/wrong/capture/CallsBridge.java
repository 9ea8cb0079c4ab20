package io.flowlog.agent.architecture.wrong.capture;

import io.flowlog.agent.architecture.wrongbridge.NativeCall;

/** Calls native code, as a source may. */
public final class CallsBridge {
  public NativeCall call() {
    return new NativeCall();
  }
}
