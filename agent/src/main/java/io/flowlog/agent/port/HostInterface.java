package io.flowlog.agent.port;

import org.jspecify.annotations.Nullable;

/**
 * A network interface on this host.
 *
 * @param index the kernel's number for it; another interface that gets its name has another
 * @param name its name now
 * @param mac its own address, six bytes in lower-case hexadecimal, separated by colons; null when
 *     it has none
 * @param up whether somebody switched it on
 */
public record HostInterface(int index, String name, @Nullable String mac, boolean up) {}
