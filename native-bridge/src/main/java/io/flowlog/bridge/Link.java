package io.flowlog.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel describes it at one moment.
 *
 * @param index the kernel's number for it, which it keeps until it is removed
 * @param name one character for each byte of the name; the kernel allows any but spaces, / and :
 * @param mac six bytes in lower-case hexadecimal, separated by colons; null when it has none
 * @param up whether somebody switched it on
 * @param running whether it also has a carrier
 */
public record Link(int index, String name, @Nullable String mac, boolean up, boolean running) {}
