package io.flowlog.agent.architecture.wrong.worker;

import jnr.ffi.Pointer;

/** Calls native code without the bridge. */
public final class CallsNativeCode {
  public Class<?> library() {
    return Pointer.class;
  }
}
