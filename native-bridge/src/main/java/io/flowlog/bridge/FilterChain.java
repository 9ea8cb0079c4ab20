package io.flowlog.bridge;

/**
 * A chain of nft's (iptables-nft's chains are such, too) at a hook of the kernel.
 *
 * @param family {@code inet}, {@code ip}, {@code ip6}, {@code bridge}, {@code netdev} or {@code
 *     arp}
 * @param hook where on a packet's way, e.g. {@code forward}
 * @param priority which of the chains at a hook come first: the lower ones
 */
public record FilterChain(String family, String table, String name, String hook, int priority) {}
