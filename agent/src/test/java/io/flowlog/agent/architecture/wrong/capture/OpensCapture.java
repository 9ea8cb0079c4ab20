package io.flowlog.agent.architecture.wrong.capture;

import org.pcap4j.core.Pcaps;

/** Uses the capture library outside its home. */
public final class OpensCapture {
  public Class<?> library() {
    return Pcaps.class;
  }
}
