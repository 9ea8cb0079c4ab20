package io.flowlog.bridge;

/**
 * Sizes, offsets and numbers that the drop program's source ({@code drops.h}) gives the entries of
 * its maps. A test compares each with the C compiler's.
 */
final class DropLayout {
  static final int GRANULE_NS = 100_000_000;

  static final int TRAIT_NO_DEVICE = 1;
  static final int TRAIT_FROM_HOST = 2;
  static final int TRAIT_BY_ROUTE = 4;
  static final int TRAIT_COPY = 8;
  static final int TRAIT_LATER_FRAGMENT = 16;
  static final int TRAIT_NO_LAYER4 = 32;
  static final int TRAIT_AT_BRIDGE = 64;
  static final int TRAIT_FROM_BRIDGE = 128;

  static final int CLASS_COUNTED = 1;
  static final int CLASS_COUNTED_WITHOUT_DEVICE = 2;
  static final int REASONS_PER_GROUP = 256;
  static final int SYN_ACK_SEEN = 256;

  /** struct drop_key. */
  static final int KEY_BYTES = 80;

  static final int KEY_GRANULE_AT = 0;
  static final int KEY_REASON_AT = 8;
  static final int KEY_INPUT_AT = 12;
  static final int KEY_OUTPUT_AT = 16;
  static final int KEY_VLAN_AT = 20;
  static final int KEY_PROTOCOL_AT = 22;
  static final int KEY_VERSION_AT = 23;
  static final int KEY_SOURCE_AT = 24;
  static final int KEY_DESTINATION_AT = 40;
  static final int KEY_SOURCE_PORT_AT = 56;
  static final int KEY_DESTINATION_PORT_AT = 58;
  static final int KEY_MAC_AT = 60;
  static final int KEY_TRAITS_AT = 66;
  static final int KEY_SOURCE_MAC_AT = 68;

  /** struct drop_counts. */
  static final int COUNTS_BYTES = 48;

  static final int COUNTS_FRAMES_AT = 0;
  static final int COUNTS_PACKETS_AT = 8;
  static final int COUNTS_IP_BYTES_AT = 16;
  static final int COUNTS_FIRST_AT = 24;
  static final int COUNTS_LAST_AT = 32;
  static final int COUNTS_FLAGS_AT = 40;

  /** struct drop_control. */
  static final int CONTROL_BYTES = 24;

  static final int CONTROL_CLOCK_OFFSET_AT = 0;
  static final int CONTROL_NETWORK_AT = 8;
  static final int CONTROL_OVS_SUBSYSTEM_AT = 12;
  static final int CONTROL_UNCUT_AT = 16;

  /** struct drop_lost. */
  static final int LOST_BYTES = 24;

  static final int LOST_FRAMES_AT = 0;
  static final int LOST_PACKETS_AT = 8;
  static final int LOST_IP_BYTES_AT = 16;

  private DropLayout() {}
}
