package io.flowlog.bridge;

import java.io.IOException;

/** Says in one line which operation the kernel refused, why, and what to do about it. */
public final class NativeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final int number;

  NativeException(String operation, int number) {
    this(operation, number, Errno.of(number).remedy());
  }

  /** Makes one whose remedy is not the usual one. */
  NativeException(String operation, int number, String remedy) {
    super(operation + ": " + Errno.text(number) + ": " + remedy);
    this.operation = operation;
    this.number = number;
  }

  /** Makes one of a line that says everything: what, why and the remedy. */
  NativeException(String line) {
    super(line);
    operation = line;
    number = 0;
  }

  /** Makes the exception of the call that has just failed. */
  static NativeException ofLastCall(String operation) {
    return new NativeException(operation, LibC.runtime().getLastError());
  }

  /** Returns what was tried, and on what. */
  public String operation() {
    return operation;
  }

  /** Returns the kernel's reason. */
  public Errno errno() {
    return Errno.of(number);
  }
}
