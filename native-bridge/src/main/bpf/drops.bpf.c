/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Adds up the packets that this host drops, by flow, reason and time, where logged devices are
 * concerned. Runs for every packet that the kernel frees with a reason (the tracepoint kfree_skb),
 * so what is of no interest must leave early.
 *
 * It declares only those fields of the kernel's structures that it reads; the loader finds where
 * they are on the kernel at hand.
 */
#include "drops.h"

typedef byte_t __u8;
typedef half_t __u16;
typedef word_t __u32;
typedef long_t __u64;
typedef int __s32;
typedef long long __s64;
typedef half_t __be16;
typedef word_t __be32;
typedef word_t __wsum;

enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
  BPF_NOEXIST = 1,
};

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_SERVICE_VLAN 0x88a8
#define TAGS_MAX 3
#define VLAN_MASK 0xfff
#define NO_MAC_HEADER 0xffff

#define HOP_BY_HOP 0
#define ICMP 1
#define TCP 6
#define UDP 17
#define DCCP 33
#define ROUTING 43
#define FRAGMENT 44
#define AUTHENTICATION 51
#define ICMPV6 58
#define DESTINATION_OPTIONS 60
#define SCTP 132
#define UDP_LITE 136
#define EXTENSIONS_MAX 32

#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define FRAGMENT_BYTES 8
#define UDP_BYTES 8
#define TCP_BYTES 20
#define TCP_FLAGS_AT 13
#define SYN_ACK 0x12
#define JUMBO_BYTES (65536 + IPV6_BYTES)
#define ICMP_UNKNOWN 0xffff

/* Stable numbers of the kernel that are macros there, so nothing tells them at load. */
#define IFF_EBRIDGE (1 << 1)
#define IFF_BRIDGE_PORT (1 << 9)
#define IFF_OVS_DATAPATH (1 << 10)
#define SKB_GSO_UDP (1 << 16)
#define SKB_DST_NOREF 1ul
#define PACKET_HOST 0
#define LOOPBACK 1 /* the index of that interface in every network namespace */

/* A datagram of 64 KiB in the smallest fragments that there are. */
#define FRAGMENTS_MAX 8192
#define SEGMENTS_MAX 65535

/* Earlier than any packet: times below count from the host's start, not from 1970. */
#define TIME_OF_DAY_MIN_NS 1000000000000000000ull
/* Fragments wait for half a minute; a time farther off is not that of a packet. */
#define AGE_NS_MAX 120000000000ull
#define FUTURE_NS_MAX 1000000000ull

#define PRESERVED __attribute__((preserve_access_index))

struct ns_common {
  unsigned int inum;
} PRESERVED;

struct net {
  struct ns_common ns;
} PRESERVED;

typedef struct {
  struct net *net;
} possible_net_t;

struct net_device {
  unsigned long priv_flags : 32;
  int ifindex;
  possible_net_t nd_net;
} PRESERVED;

struct sock_common {
  possible_net_t skc_net;
} PRESERVED;

struct sock {
  struct sock_common __sk_common;
} PRESERVED;

struct dst_entry {
  struct net_device *dev;
} PRESERVED;

struct skb_ext {
  __u8 offset[1];
} PRESERVED;

enum skb_ext_id { SKB_EXT_BRIDGE_NF };

struct nf_bridge_info {
  int physinif;
} PRESERVED;

/* Before Linux 6.8, and before the stable kernels that took it over. */
struct nf_bridge_info___pointer {
  struct net_device *physindev;
} PRESERVED;

struct sk_buff {
  struct sk_buff *next;
  struct net_device *dev;
  struct sock *sk;
  __s64 tstamp;
  unsigned long _skb_refdst;
  unsigned int len;
  unsigned int data_len;
  __u8 cloned : 1;
  __u8 pkt_type : 3;
  __u8 active_extensions;
  int skb_iif;
  __u32 vlan_all;
  __u16 vlan_tci;
  __be16 protocol;
  __u16 network_header;
  __u16 mac_header;
  unsigned int end;
  unsigned char *head;
  unsigned char *data;
  struct skb_ext *extensions;
} PRESERVED;

/* Before Linux 6.2: whether there is a tag. */
struct sk_buff___present {
  __u8 vlan_present : 1;
} PRESERVED;

struct skb_shared_info {
  unsigned short gso_size;
  struct sk_buff *frag_list;
  unsigned int gso_type;
} PRESERVED;

struct entries {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, struct drop_key);
  __type(value, struct drop_counts);
};

/* Each in two: one is written while the other is read. The reader chooses the sizes. */
struct entries drops_a SEC(".maps");
struct entries drops_b SEC(".maps");
struct entries overflow_a SEC(".maps");
struct entries overflow_b SEC(".maps");

#define DROPS_SIDE 0
#define OVERFLOW_SIDE 1

/*
 * Those that are written now. The kernel lets nobody replace one before every run of the program
 * that may still write to it has ended: the reader loses nothing.
 */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, __u32);
  __array(values, struct entries);
} sides SEC(".maps") = {
    .values = {[DROPS_SIDE] = &drops_a, [OVERFLOW_SIDE] = &overflow_a},
};

/* Interface indexes of the devices whose drops are wanted. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, __u32);
} devices SEC(".maps");

/* What each reason means. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, REASON_GROUPS * REASONS_PER_GROUP);
  __type(key, __u32);
  __type(value, __u32);
} classes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct drop_control);
} control SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct drop_lost);
} lost SEC(".maps");

/* Whether anything was written since the reader last looked: looking at whole maps is dear. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} news SEC(".maps");

/* A packet under examination; places are offsets from the start of its buffer. */
struct packet {
  struct sk_buff *skb;
  unsigned char *head;
  struct drop_key key;
  __u32 type; /* of Ethernet */
  __u32 ip_at;
  __u32 linear_end; /* where the part ends that can be read */
  __u32 frame_ip_bytes; /* what there is from the IP header on, whatever that claims */
  __u32 ip_bytes;       /* what it claims */
  __u32 layer4_at;
  __u32 header_bytes; /* IP and transport */
  __u32 ip_header_bytes;
  __u32 flags;
  __u32 fragment; /* whether it is a part of a datagram */
  struct sk_buff *parts; /* of a datagram that was put together */
  __u64 packets;
  __u64 bytes;
};

static __always_inline int read_at(const struct packet *packet, __u32 at, void *to, __u32 size) {
  if (at + size > packet->linear_end) {
    return 0;
  }
  return bpf_probe_read_kernel(to, size, packet->head + at) == 0;
}

static __always_inline __u32 be16_at(const __u8 *bytes) { return (__u32)bytes[0] << 8 | bytes[1]; }

static __always_inline __u32 class_of(const struct drop_control *settings, __u32 reason) {
  __u32 place = reason & 0xffff;
  __u32 subsystem = reason >> 16;
  if (place >= REASONS_PER_GROUP) {
    return CLASS_IGNORED;
  }
  if (subsystem != 0) {
    if (subsystem != settings->ovs_subsystem) {
      return CLASS_IGNORED;
    }
    place += REASONS_PER_GROUP;
  }
  __u32 *class = bpf_map_lookup_elem(&classes, &place);
  return class ? *class : CLASS_IGNORED;
}

static __always_inline __u32 device_flags(struct net_device *device) {
  return BPF_CORE_READ_BITFIELD(device, priv_flags);
}

/* The bridge keeps in mind where a packet came in that it shows to the IP layer. */
static __always_inline __u32 bridge_input(struct sk_buff *skb) {
  if (!bpf_core_enum_value_exists(enum skb_ext_id, SKB_EXT_BRIDGE_NF)) {
    return 0;
  }
  __u32 id = bpf_core_enum_value(enum skb_ext_id, SKB_EXT_BRIDGE_NF);
  if (!(skb->active_extensions & 1 << id)) {
    return 0;
  }
  char *extensions = (char *)skb->extensions;
  __u8 chunks = 0;
  bpf_probe_read_kernel(
      &chunks, 1, extensions + bpf_core_field_offset(struct skb_ext, offset) + id);
  struct nf_bridge_info *bridge = (void *)(extensions + chunks * 8);
  if (bpf_core_field_exists(bridge->physinif)) {
    return BPF_CORE_READ(bridge, physinif);
  }
  struct nf_bridge_info___pointer *older = (void *)bridge;
  return BPF_CORE_READ(older, physindev, ifindex);
}

/* Where the route leads; 0 when there is none, or when it ends on this host. */
static __always_inline __u32 route_output(struct sk_buff *skb) {
  struct dst_entry *route = (void *)(skb->_skb_refdst & ~SKB_DST_NOREF);
  __u32 output = route ? BPF_CORE_READ(route, dev, ifindex) : 0;
  return output == LOOPBACK ? 0 : output;
}

static __always_inline int is_wanted(__u32 interface) {
  return interface != 0 && bpf_map_lookup_elem(&devices, &interface) != 0;
}

/* Finds input and output; tells whether one of them, or the device, is of interest. */
static __always_inline int attribute(
    struct sk_buff *skb, const struct drop_control *settings, __u32 class, struct drop_key *key) {
  struct net_device *device = skb->dev;
  struct sock *socket = skb->sk;
  __u32 at = 0;
  __u32 came_in = skb->skb_iif;
  key->input = bridge_input(skb);
  if (key->input == 0) {
    key->input = came_in;
  }
  if (device) {
    if (device->nd_net.net->ns.inum != settings->network) {
      return 0;
    }
    at = device->ifindex;
    __u32 flags = device_flags(device);
    if (flags & IFF_EBRIDGE) {
      if (came_in == at && BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type) != PACKET_HOST) {
        return 0; /* the host's own copy of what the bridge passes on to everybody */
      }
      key->traits |= TRAIT_AT_BRIDGE;
      if (key->input == at) {
        key->traits |= TRAIT_FROM_BRIDGE;
      }
    }
    if (flags & (IFF_BRIDGE_PORT | IFF_OVS_DATAPATH) && at != key->input) {
      key->output = at;
    }
  } else {
    key->traits |= TRAIT_NO_DEVICE;
    if (class != CLASS_COUNTED_WITHOUT_DEVICE) {
      /* the parts of a reassembled packet end like this too, but have no socket */
      if (!socket || socket->__sk_common.skc_net.net->ns.inum != settings->network) {
        return 0;
      }
      key->traits |= TRAIT_FROM_HOST;
    }
  }
  if (key->output == 0) {
    __u32 output = route_output(skb);
    if (output != 0 && output != key->input) {
      key->output = output;
      key->traits |= TRAIT_BY_ROUTE;
    }
  }
  return is_wanted(key->input) || is_wanted(key->output) || is_wanted(at);
}

static __always_inline __u32 vlan_of(struct sk_buff *skb) {
  struct sk_buff___present *older = (void *)skb;
  int tagged = bpf_core_field_exists(skb->vlan_all)
                   ? skb->vlan_all != 0
                   : BPF_CORE_READ_BITFIELD_PROBED(older, vlan_present);
  return tagged ? skb->vlan_tci & VLAN_MASK : 0;
}

static __always_inline int is_tag(__u32 type) {
  return type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN;
}

/*
 * Loops are calls, because the kernel checks each of their rounds otherwise, in each combination
 * with everything before and after: more than it is willing to.
 */
static long skip_tag(__u32 index, struct packet *packet) {
  __u8 tag[4];
  if (!is_tag(packet->type) || !read_at(packet, packet->ip_at, tag, sizeof(tag))) {
    return 1;
  }
  if (packet->key.vlan == 0) {
    packet->key.vlan = be16_at(tag) & VLAN_MASK;
  }
  packet->type = be16_at(tag + 2);
  packet->ip_at += sizeof(tag);
  return 0;
}

/* Finds the IP header behind what tags there are; returns whether there is one. */
static __always_inline int find_ip(struct packet *packet) {
  struct sk_buff *skb = packet->skb;
  struct drop_key *key = &packet->key;
  __u32 start = skb->data - packet->head;
  __u32 mac_at = skb->mac_header;
  packet->type = bpf_ntohs(skb->protocol);
  packet->ip_at = skb->network_header;
  packet->linear_end = start + skb->len - skb->data_len;
  key->vlan = vlan_of(skb);
  if (mac_at != NO_MAC_HEADER) {
    bpf_probe_read_kernel(key->mac, sizeof(key->mac), packet->head + mac_at);
    if (key->traits & TRAIT_FROM_BRIDGE) {
      bpf_probe_read_kernel(
          key->source_mac, sizeof(key->source_mac), packet->head + mac_at + sizeof(key->mac));
    }
  }
  if (is_tag(packet->type)) {
    bpf_loop(TAGS_MAX, skip_tag, packet, 0);
  }
  __u32 end = start + skb->len;
  packet->frame_ip_bytes = end > packet->ip_at ? end - packet->ip_at : 0;
  return packet->type == ETHERTYPE_IPV4 || packet->type == ETHERTYPE_IPV6;
}

static __always_inline void identify_fragment(struct drop_key *key, __u32 identification) {
  key->traits |= TRAIT_LATER_FRAGMENT;
  key->source_port = identification >> 16;
  key->destination_port = identification & 0xffff;
}

/* Returns whether the header is one. */
static __always_inline int read_ipv4(struct packet *packet) {
  struct drop_key *key = &packet->key;
  __u8 ip[IPV4_BYTES];
  if (!read_at(packet, packet->ip_at, ip, sizeof(ip))) {
    return 0;
  }
  packet->ip_header_bytes = (ip[0] & 0xf) * 4;
  packet->ip_bytes = be16_at(ip + 2);
  if (packet->ip_bytes == 0) {
    packet->ip_bytes = packet->frame_ip_bytes;
  }
  if (ip[0] >> 4 != 4 || packet->ip_header_bytes < IPV4_BYTES ||
      packet->ip_bytes < packet->ip_header_bytes) {
    return 0;
  }
  key->version = 4;
  key->protocol = ip[9];
  __builtin_memcpy(key->source, ip + 12, 4);
  __builtin_memcpy(key->destination, ip + 16, 4);
  packet->layer4_at = packet->ip_at + packet->ip_header_bytes;
  packet->fragment = be16_at(ip + 6) & 0x3fff;
  if (be16_at(ip + 6) & 0x1fff) {
    identify_fragment(key, be16_at(ip + 4));
  }
  return 1;
}

static __always_inline int is_extension(__u32 protocol) {
  return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT ||
         protocol == AUTHENTICATION || protocol == DESTINATION_OPTIONS;
}

static long skip_extension(__u32 index, struct packet *packet) {
  struct drop_key *key = &packet->key;
  __u8 header[FRAGMENT_BYTES];
  __u32 protocol = key->protocol;
  if (!is_extension(protocol) || !read_at(packet, packet->layer4_at, header, sizeof(header))) {
    return 1;
  }
  key->protocol = header[0];
  if (protocol == FRAGMENT) {
    packet->layer4_at += FRAGMENT_BYTES;
    packet->fragment = be16_at(header + 2) & 0xfff9;
    if (be16_at(header + 2) & 0xfff8) {
      identify_fragment(key, be16_at(header + 4) << 16 | be16_at(header + 6));
      return 1;
    }
  } else if (protocol == AUTHENTICATION) {
    packet->layer4_at += (header[1] + 2) * 4;
  } else {
    packet->layer4_at += (header[1] + 1) * 8;
  }
  return 0;
}

/* Follows the extension headers to layer 4, or as far as they can be read. */
static __always_inline void skip_extensions(struct packet *packet) {
  bpf_loop(EXTENSIONS_MAX, skip_extension, packet, 0);
  if (is_extension(packet->key.protocol) && !(packet->key.traits & TRAIT_LATER_FRAGMENT)) {
    packet->layer4_at = packet->linear_end;
    packet->key.traits |= TRAIT_NO_LAYER4;
  }
}

static __always_inline int read_ipv6(struct packet *packet) {
  struct drop_key *key = &packet->key;
  __u8 ip[IPV6_BYTES];
  if (!read_at(packet, packet->ip_at, ip, sizeof(ip)) || ip[0] >> 4 != 6) {
    return 0;
  }
  key->version = 6;
  key->protocol = ip[6];
  __builtin_memcpy(key->source, ip + 8, 16);
  __builtin_memcpy(key->destination, ip + 24, 16);
  packet->ip_header_bytes = IPV6_BYTES;
  packet->layer4_at = packet->ip_at + IPV6_BYTES;
  packet->ip_bytes = be16_at(ip + 4) + IPV6_BYTES;
  /* longer than the field can say: with the option that says it, or as a super-packet */
  if (packet->ip_bytes == IPV6_BYTES &&
      (key->protocol == HOP_BY_HOP || packet->frame_ip_bytes >= JUMBO_BYTES)) {
    packet->ip_bytes = packet->frame_ip_bytes;
  }
  if (is_extension(key->protocol)) {
    skip_extensions(packet);
  }
  return 1;
}

static __always_inline int has_ports(__u32 protocol) {
  return protocol == TCP || protocol == UDP || protocol == SCTP || protocol == UDP_LITE ||
         protocol == DCCP;
}

static __always_inline int is_icmp(__u32 protocol) {
  return protocol == ICMP || protocol == ICMPV6;
}

static __always_inline int read_layer4_at(
    const struct packet *packet, __u32 at, void *to, __u32 size) {
  if (packet->layer4_at + at + size > packet->ip_at + packet->ip_bytes) {
    return 0;
  }
  return read_at(packet, packet->layer4_at + at, to, size);
}

static __always_inline void read_tcp(struct packet *packet) {
  __u8 words_and_flags[2] = {};
  int there = read_layer4_at(packet, TCP_FLAGS_AT - 1, words_and_flags, 2);
  __u32 header_bytes = (words_and_flags[0] >> 4) * 4;
  if (there && header_bytes >= TCP_BYTES) {
    packet->flags = words_and_flags[1];
    if ((packet->flags & SYN_ACK) == SYN_ACK) {
      packet->flags |= SYN_ACK_SEEN;
    }
  } else {
    header_bytes = TCP_BYTES;
    packet->key.traits |= TRAIT_NO_LAYER4;
  }
  packet->header_bytes += header_bytes;
}

static __always_inline void read_layer4(struct packet *packet) {
  struct drop_key *key = &packet->key;
  __u8 start[4];
  packet->header_bytes = packet->layer4_at - packet->ip_at;
  if (is_icmp(key->protocol)) {
    if (read_layer4_at(packet, 0, start, 2)) {
      key->source_port = start[0];
      key->destination_port = start[1];
    } else {
      key->source_port = key->destination_port = ICMP_UNKNOWN;
      key->traits |= TRAIT_NO_LAYER4;
    }
  } else if (has_ports(key->protocol)) {
    if (read_layer4_at(packet, 0, start, 4)) {
      key->source_port = be16_at(start);
      key->destination_port = be16_at(start + 2);
    } else {
      key->traits |= TRAIT_NO_LAYER4;
    }
  }
  if (key->protocol == TCP) {
    read_tcp(packet);
  } else if (key->protocol == UDP) {
    packet->header_bytes += UDP_BYTES;
  }
}

struct walk {
  struct sk_buff *part;
  __u64 parts;
};

static long step(__u32 index, struct walk *walk) {
  struct sk_buff *part = walk->part;
  if (!part) {
    return 1;
  }
  walk->parts++;
  walk->part = BPF_CORE_READ(part, next);
  return 0;
}

/* A datagram that was put together: each part had come with a header of its own. */
static __always_inline void count_fragments(struct packet *packet, int version) {
  struct walk walk = {.part = packet->parts};
  bpf_loop(FRAGMENTS_MAX, step, &walk, 0);
  packet->packets += walk.parts;
  packet->bytes += walk.parts * packet->ip_header_bytes;
  if (version == 6) {
    packet->bytes += packet->packets * FRAGMENT_BYTES;
  }
}

/* A super-packet: each segment gets a copy of the headers. */
static __always_inline void count_segments(
    struct packet *packet, __u32 segment_bytes, __u32 header_bytes) {
  __u32 end = packet->ip_bytes < packet->frame_ip_bytes ? packet->ip_bytes : packet->frame_ip_bytes;
  if (end <= header_bytes + segment_bytes) {
    return;
  }
  __u32 segments = (end - header_bytes - 1) / segment_bytes + 1;
  packet->packets = segments < SEGMENTS_MAX ? segments : SEGMENTS_MAX;
  packet->bytes += (packet->packets - 1) * header_bytes;
}

/* What the packet was, or would have been, on a cable; super-packets if they are to be cut. */
static __always_inline void count(struct packet *packet, const struct drop_control *settings) {
  struct drop_key *key = &packet->key;
  struct sk_buff *skb = packet->skb;
  struct skb_shared_info *shared = (void *)(packet->head + skb->end);
  __u32 segment_bytes = BPF_CORE_READ(shared, gso_size);
  packet->packets = 1;
  packet->bytes = packet->ip_bytes;
  if (segment_bytes == 0) {
    packet->parts = BPF_CORE_READ(shared, frag_list);
    if (packet->parts) {
      count_fragments(packet, key->version);
    }
  } else if (settings->uncut) {
    return;
  } else if (BPF_CORE_READ(shared, gso_type) & SKB_GSO_UDP) {
    /* UDP of the old kind becomes fragments */
    __u32 fragment_bytes = key->version == 6 ? FRAGMENT_BYTES : 0;
    packet->bytes += fragment_bytes;
    packet->ip_bytes += fragment_bytes;
    packet->frame_ip_bytes += fragment_bytes;
    count_segments(packet, segment_bytes, packet->ip_header_bytes + fragment_bytes);
  } else if (!packet->fragment && (key->protocol == TCP || key->protocol == UDP)) {
    count_segments(packet, segment_bytes, packet->header_bytes);
  }
}

static __always_inline void examine(
    struct packet *packet, const struct drop_control *settings) {
  int good = packet->type == ETHERTYPE_IPV4 ? read_ipv4(packet) : read_ipv6(packet);
  if (!good) {
    packet->packets = 1;
    packet->bytes = packet->frame_ip_bytes;
    return;
  }
  if (!(packet->key.traits & TRAIT_LATER_FRAGMENT)) {
    read_layer4(packet);
  }
  count(packet, settings);
}

/* The packet's own time where it has one: everybody who looks at the packet sees the same. */
static __always_inline __u64 time_of(struct sk_buff *skb, const struct drop_control *settings) {
  __u64 now = bpf_ktime_get_ns() + settings->clock_offset_ns;
  __u64 time = skb->tstamp;
  if (time < TIME_OF_DAY_MIN_NS || time + AGE_NS_MAX < now || time > now + FUTURE_NS_MAX) {
    return now;
  }
  return time;
}

static __always_inline struct drop_counts *entry_of(__u32 side, const struct drop_key *key) {
  void *map = bpf_map_lookup_elem(&sides, &side);
  if (!map) {
    return 0;
  }
  struct drop_counts *counts = bpf_map_lookup_elem(map, key);
  if (!counts) {
    struct drop_counts none = {.first_ns = ~0ull};
    bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
    counts = bpf_map_lookup_elem(map, key);
  }
  return counts;
}

static __always_inline void add(
    struct drop_counts *counts, const struct packet *packet, __u64 time) {
  __sync_fetch_and_add(&counts->frames, 1);
  __sync_fetch_and_add(&counts->packets, packet->packets);
  __sync_fetch_and_add(&counts->bytes, packet->bytes);
  if ((counts->flags & packet->flags) != packet->flags) {
    __sync_fetch_and_or(&counts->flags, packet->flags);
  }
  /* two at once may differ by what passes between two of them: nanoseconds */
  if (time < counts->first_ns) {
    counts->first_ns = time;
  }
  if (time > counts->last_ns) {
    counts->last_ns = time;
  }
}

/* The flow found no place: what remains known is how much, between which devices, and when. */
static __always_inline void add_overflow(const struct packet *packet, __u64 time) {
  const struct drop_key *key = &packet->key;
  struct drop_key where = {
      .granule = key->granule - key->granule % GRANULES_PER_SECOND,
      .input = is_wanted(key->input) ? key->input : 0,
      .output = is_wanted(key->output) ? key->output : 0,
  };
  struct drop_counts *counts = entry_of(OVERFLOW_SIDE, &where);
  if (counts) {
    add(counts, packet, time);
    return;
  }
  __u32 first = 0;
  struct drop_lost *nowhere = bpf_map_lookup_elem(&lost, &first);
  if (nowhere) {
    __sync_fetch_and_add(&nowhere->frames, 1);
    __sync_fetch_and_add(&nowhere->packets, packet->packets);
    __sync_fetch_and_add(&nowhere->bytes, packet->bytes);
  }
}

/* After the entry is written: whoever takes the news back before looking misses nothing. */
static __always_inline void tell_news(void) {
  __u32 first = 0;
  __u32 *told = bpf_map_lookup_elem(&news, &first);
  if (told && !*told) {
    *told = 1;
  }
}

static __always_inline int is_copy(const struct packet *packet) {
  return !packet->parts && BPF_CORE_READ_BITFIELD(packet->skb, cloned);
}

SEC("tp_btf/kfree_skb")
int flowlog_drop(__u64 *arguments) {
  __u32 first = 0;
  struct drop_control *settings = bpf_map_lookup_elem(&control, &first);
  if (!settings) {
    return 0;
  }
  __u32 class = class_of(settings, arguments[2]);
  if (class == CLASS_IGNORED) {
    return 0;
  }
  struct packet packet = {.skb = (struct sk_buff *)arguments[0]};
  struct drop_key *key = &packet.key;
  key->reason = arguments[2];
  if (!attribute(packet.skb, settings, class, key)) {
    return 0;
  }
  packet.head = packet.skb->head;
  if (!find_ip(&packet)) {
    return 0;
  }
  examine(&packet, settings);
  if (is_copy(&packet)) {
    key->traits |= TRAIT_COPY;
  }
  __u64 time = time_of(packet.skb, settings);
  key->granule = time / GRANULE_NS;
  struct drop_counts *counts = entry_of(DROPS_SIDE, key);
  if (counts) {
    add(counts, &packet, time);
  } else {
    add_overflow(&packet, time);
  }
  tell_news();
  return 0;
}

/* The kernel lends what this program calls to programs under the GPL only. */
char terms[] SEC("license") = "GPL";
