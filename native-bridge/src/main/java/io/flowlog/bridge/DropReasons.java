package io.flowlog.bridge;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Why a kernel drops packets: its numbers and their names, which are the same on every kernel while
 * the numbers are not. Immutable.
 *
 * <p>A name is the kernel's own without its prefix: {@code NETFILTER_DROP}; that of a reason of
 * Open vSwitch begins with {@code OVS_DROP_}.
 */
public final class DropReasons {
  static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");

  private static final Path OVS_MODULE = Path.of("/sys/kernel/btf/openvswitch");
  private static final String PREFIX = "SKB_DROP_REASON_";
  private static final String OVS_PREFIX = "OVS_DROP_";
  private static final String OVS_SUBSYSTEM = "SUBSYS_OPENVSWITCH";
  private static final Set<String> NO_REASONS = Set.of("MAX", "SUBSYS_MASK", "OVS_DROP_MAX");

  private final Map<Integer, String> names = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final int ovsSubsystem;

  private DropReasons(TypeDescriptions kernel, TypeDescriptions ovs) {
    kernel.enumeration("skb_drop_reason").forEach(this::addOfKernel);
    ovs.enumeration("ovs_drop_reason").forEach(this::addOfOvs);
    Map<String, Integer> subsystems = kernel.enumeration("skb_drop_reason_subsys");
    ovsSubsystem = subsystems.getOrDefault(PREFIX + OVS_SUBSYSTEM, 0);
  }

  /** Asks this host's kernel; the reasons of Open vSwitch are known once its module is loaded. */
  public static DropReasons ofKernel() throws NativeException {
    return of(KERNEL);
  }

  static DropReasons of(Path description) throws NativeException {
    try (TypeDescriptions kernel = TypeDescriptions.parse(description)) {
      if (!Files.exists(OVS_MODULE)) {
        return new DropReasons(kernel, kernel);
      }
      try (TypeDescriptions ovs = kernel.parseMore(OVS_MODULE)) {
        return new DropReasons(kernel, ovs);
      }
    }
  }

  private void addOfKernel(String name, int number) {
    if (name.startsWith(PREFIX)) {
      add(name.substring(PREFIX.length()), number);
    }
  }

  private void addOfOvs(String name, int number) {
    if (name.startsWith(OVS_PREFIX)) {
      add(name, number);
    }
  }

  private void add(String name, int number) {
    if (!NO_REASONS.contains(name)) {
      names.put(number, name);
      numbers.put(name, number);
    }
  }

  /** Returns the name of a number; of one that is not known, the number in words. */
  public String nameOf(int number) {
    return names.getOrDefault(number, "REASON_" + Integer.toUnsignedString(number));
  }

  /** Returns the number that a reason has on this kernel, if it has that reason. */
  public OptionalInt numberOf(String name) {
    Integer number = numbers.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** Returns the names of all reasons, sorted. */
  public Set<String> names() {
    return new TreeSet<>(numbers.keySet());
  }

  /** Returns the upper half of the numbers that are Open vSwitch's, 0 when there are none. */
  int ovsSubsystem() {
    return ovsSubsystem;
  }
}
