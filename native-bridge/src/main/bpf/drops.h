/*
 * What the drop program and its reader exchange: the entries of its maps. Plain C, so that a test
 * can compare DropLayout.java with it. Numbers are in the host's byte order.
 */
#ifndef FLOWLOG_DROPS_H
#define FLOWLOG_DROPS_H

typedef unsigned char byte_t;
typedef unsigned short half_t;
typedef unsigned int word_t;
typedef unsigned long long long_t;

/* Packets whose times lie in one span of this length share an entry. */
#define GRANULE_NS 100000000ull

/* Granules in a second: overflow is told apart by the second. */
#define GRANULES_PER_SECOND 10

/* What is known of an entry besides its numbers. */
#define TRAIT_NO_DEVICE 1 /* the packet had no device: reassembly or a socket held it */
#define TRAIT_FROM_HOST 2 /* sent by a socket of this host; no device had been chosen */
#define TRAIT_BY_ROUTE 4  /* the output is where the route leads; it was not there yet */
#define TRAIT_COPY 8      /* one of several copies of the packet, as floods make them */
#define TRAIT_LATER_FRAGMENT 16 /* the ports hold the fragments' common identification */
#define TRAIT_NO_LAYER4 32      /* ports, type or flags are not where the program can read */
#define TRAIT_AT_BRIDGE 64      /* the device was the bridge: before or after its ports */
#define TRAIT_FROM_BRIDGE 128   /* ... after them, and at which of them it came in is not known */

/* What a reason means to the program. */
#define CLASS_IGNORED 0
#define CLASS_COUNTED 1
#define CLASS_COUNTED_WITHOUT_DEVICE 2

/* A reason's place in the table of classes: 256 of the kernel's, then 256 of Open vSwitch's. */
#define REASONS_PER_GROUP 256
#define REASON_GROUPS 2

/* An entry without reason and flow stands for what found no place: see "overflow". */
struct drop_key {
  long_t granule;
  word_t reason;
  word_t input;
  word_t output;
  half_t vlan;
  byte_t protocol;
  byte_t version; /* of IP; 0: the header is not one */
  byte_t source[16];
  byte_t destination[16];
  half_t source_port;
  half_t destination_port;
  byte_t mac[6]; /* destination; zero when there is none */
  half_t traits;
  byte_t source_mac[6]; /* of what the host got from its bridge, which does not tell the port */
  half_t unused;
  word_t unused_too;
};

struct drop_counts {
  long_t frames; /* as the kernel handles them */
  long_t packets; /* as the cable carries them */
  long_t bytes;
  long_t first_ns;
  long_t last_ns;
  word_t flags; /* of TCP: all ever set, and SYN_ACK_SEEN */
  word_t unused;
};

#define SYN_ACK_SEEN 256

struct drop_control {
  long_t clock_offset_ns; /* what makes the monotonic clock the time of day */
  word_t network;         /* the host's network namespace */
  word_t ovs_subsystem;   /* of reasons: their upper half; 0: there are none */
  word_t uncut;           /* whether a super-packet counts as the one packet that it is here */
  word_t unused;
};

/* What not even the map of overflow could hold. */
struct drop_lost {
  long_t frames;
  long_t packets;
  long_t bytes;
};

#endif
