package io.flowlog.bridge;

/** Network interfaces of the calling thread's network namespace. */
public final class Interfaces {
  private Interfaces() {}

  /** Returns the index of the interface that has this name now. */
  public static int indexOf(String name) throws NativeException {
    int index = LibC.get().if_nametoindex(name);
    if (index == 0) {
      throw NativeException.ofLastCall("index of interface " + name);
    }
    return index;
  }
}
