package io.flowlog.agent.capture;

import java.util.List;

/**
 * Settings of the capture.
 *
 * @param excludeAddresses networks in CIDR form whose packets are in no record
 */
public record CaptureConfig(List<String> excludeAddresses) {
  public CaptureConfig {
    excludeAddresses = List.copyOf(excludeAddresses);
  }

  /**
   * Returns the settings of a host that says nothing: the instance metadata service is left out.
   */
  public static CaptureConfig defaults() {
    return new CaptureConfig(List.of("169.254.169.0/24"));
  }
}
