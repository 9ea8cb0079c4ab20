package io.flowlog.agent.architecture.wrong.format;

import io.flowlog.agent.architecture.wrongbridge.NativeCall;

/** Calls native code past those who may. */
public final class CallsBridge {
  public NativeCall call() {
    return new NativeCall();
  }
}
