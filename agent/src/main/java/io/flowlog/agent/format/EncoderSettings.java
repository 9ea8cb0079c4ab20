package io.flowlog.agent.format;

/**
 * What every file of this host has in common.
 *
 * @param csvHeader whether a CSV file starts with a line of field names
 * @param region the value of {@code region}, empty if the host has none
 * @param host the value of {@code host}
 */
public record EncoderSettings(
    TimestampUnit timestampUnit, boolean csvHeader, String region, String host) {}
