// Sends IPv4 packets of TCP and UDP connections, each frame 64 bytes, out of one interface: as fast
// as it goes or at a rate, round and round over the connections, so that no two packets in a row
// belong together. The same seed gives the same packets in the same order. No packet goes to a port
// that some flow meters treat in a way of their own, as they do DNS.
//
//   generator DEVICE FLOWS MILLISECONDS PACKETS_PER_SECOND SEED      (0 per second: full speed)
//
// Prints how many frames the kernel took. Some of these may not have arrived: the interface's own
// counters tell.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES 64
#define BATCH 64
#define ADDRESSES 131072 // in 198.18.0.0/15, which is for benchmarks
#define FLOWS_MAX (16 * ADDRESSES)
#define NANOS_PER_SECOND 1000000000LL

struct __attribute__((packed)) frame {
  struct ether_header ethernet;
  struct iphdr ip;
  uint8_t transport[FRAME_BYTES - sizeof(struct ether_header) - sizeof(struct iphdr)];
};
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "frame");

static void fail(const char *what) {
  fprintf(stderr, "generator: %s: %s\n", what, strerror(errno));
  exit(1);
}

static long number(const char *text, const char *what, long min, long max) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == 0 || *end != 0 || value < min || value > max) {
    fprintf(stderr, "generator: %s: %s is not a number from %ld to %ld\n", what, text, min, max);
    exit(2);
  }
  return value;
}

static uint64_t state;

// xorshift64*
static uint32_t next_random(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)(state * 0x2545f4914f6cdd1dULL >> 32);
}

static uint32_t sum16(const void *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i += 2) {
    uint16_t word;
    memcpy(&word, (const uint8_t *)bytes + i, 2);
    sum += word;
  }
  return sum;
}

static uint16_t checksum(uint32_t sum) {
  while (sum >> 16) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return (uint16_t)~sum;
}

// What the checksum of TCP and UDP covers beside their own bytes.
static uint32_t pseudo_header(struct iphdr ip, uint16_t bytes) {
  return sum16(&ip.saddr, 8) + htons(ip.protocol) + htons(bytes);
}

static void make_tcp(struct frame *frame) {
  struct tcphdr tcp = {.source = htons(1024 + next_random() % 64512),
                       .dest = htons(443),
                       .seq = htonl(next_random()),
                       .ack_seq = htonl(next_random()),
                       .doff = sizeof tcp / 4,
                       .psh = 1,
                       .ack = 1,
                       .window = htons(502)};
  memcpy(frame->transport, &tcp, sizeof tcp);
  uint32_t sum = pseudo_header(frame->ip, sizeof frame->transport);
  tcp.check = checksum(sum + sum16(frame->transport, sizeof frame->transport));
  memcpy(frame->transport, &tcp, sizeof tcp);
}

static void make_udp(struct frame *frame) {
  struct udphdr udp = {.source = htons(1024 + next_random() % 64512),
                       .dest = htons(443),
                       .len = htons(sizeof frame->transport)};
  memcpy(frame->transport, &udp, sizeof udp);
  uint32_t sum = pseudo_header(frame->ip, sizeof frame->transport);
  uint16_t check = checksum(sum + sum16(frame->transport, sizeof frame->transport));
  udp.check = check == 0 ? 0xffff : check;
  memcpy(frame->transport, &udp, sizeof udp);
}

// Each connection has a pair of addresses of its own; three of four are TCP.
static void make_frame(struct frame *frame, uint32_t flow) {
  const uint8_t to[] = {2, 0, 0, 0, 0, 1}, from[] = {2, 0, 0, 0, 0, 2};
  memset(frame, 0, sizeof *frame);
  memcpy(frame->ethernet.ether_dhost, to, sizeof to);
  memcpy(frame->ethernet.ether_shost, from, sizeof from);
  frame->ethernet.ether_type = htons(ETHERTYPE_IP);
  struct iphdr ip = {.version = 4,
                     .ihl = 5,
                     .tot_len = htons(sizeof ip + sizeof frame->transport),
                     .frag_off = htons(0x4000),
                     .ttl = 64,
                     .protocol = flow % 4 == 3 ? IPPROTO_UDP : IPPROTO_TCP,
                     .saddr = htonl(0x0a000002 + flow / ADDRESSES),
                     .daddr = htonl(0xc6120000 + flow % ADDRESSES)};
  ip.check = checksum(sum16(&ip, sizeof ip));
  frame->ip = ip;
  if (ip.protocol == IPPROTO_TCP) {
    make_tcp(frame);
  } else {
    make_udp(frame);
  }
}

static struct frame *make_frames(uint32_t flows) {
  struct frame *frames = aligned_alloc(FRAME_BYTES, (size_t)flows * FRAME_BYTES);
  if (frames == NULL) {
    fail("memory for the frames");
  }
  for (uint32_t i = 0; i < flows; i++) {
    make_frame(&frames[i], i);
  }
  // in no order, or a table could make use of it
  for (uint32_t i = flows - 1; i > 0; i--) {
    uint32_t j = next_random() % (i + 1);
    struct frame swapped = frames[i];
    frames[i] = frames[j];
    frames[j] = swapped;
  }
  return frames;
}

static int open_device(const char *device) {
  int number = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (number < 0) {
    fail("packet socket");
  }
  int one = 1;
  if (setsockopt(number, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) != 0) {
    fail("PACKET_QDISC_BYPASS");
  }
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_ifindex = (int)if_nametoindex(device)};
  if (address.sll_ifindex == 0 ||
      bind(number, (struct sockaddr *)&address, sizeof address) != 0) {
    fail(device);
  }
  return number;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * NANOS_PER_SECOND + now.tv_nsec;
}

static void sleep_until(int64_t ns) {
  struct timespec until = {.tv_sec = ns / NANOS_PER_SECOND, .tv_nsec = ns % NANOS_PER_SECOND};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

// Sends a whole batch; frames are only read, so that the kernel's copy is the only one.
static void send_batch(int number, struct mmsghdr *messages) {
  int done = 0;
  while (done < BATCH) {
    int sent = sendmmsg(number, messages + done, (unsigned)(BATCH - done), 0);
    if (sent > 0) {
      done += sent;
    } else if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN) {
      fail("send");
    }
  }
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: generator DEVICE FLOWS MILLISECONDS PACKETS_PER_SECOND SEED\n");
    return 2;
  }
  uint32_t flows = (uint32_t)number(arguments[2], "FLOWS", 1, FLOWS_MAX);
  int64_t milliseconds = number(arguments[3], "MILLISECONDS", 1, 3600000);
  int64_t rate = number(arguments[4], "PACKETS_PER_SECOND", 0, 100000000);
  state = 0x9e3779b97f4a7c15ULL ^ (uint64_t)number(arguments[5], "SEED", 0, INT32_MAX);
  struct frame *frames = make_frames(flows);
  int device = open_device(arguments[1]);

  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_len = FRAME_BYTES;
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int64_t sent = 0, start_ns = now_ns(), end_ns = start_ns + milliseconds * 1000000;
  uint32_t next = 0;
  while (now_ns() < end_ns && (rate == 0 || sent < rate * milliseconds / 1000)) {
    if (rate > 0) {
      sleep_until(start_ns + sent * NANOS_PER_SECOND / rate);
    }
    for (int i = 0; i < BATCH; i++) {
      vectors[i].iov_base = &frames[next];
      next = next + 1 == flows ? 0 : next + 1;
    }
    send_batch(device, messages);
    sent += BATCH;
  }
  double took = (double)(now_ns() - start_ns) / NANOS_PER_SECOND;
  printf("frames=%lld seconds=%.3f per_second=%.0f\n", (long long)sent, took, (double)sent / took);
  free(frames);
  close(device);
  return 0;
}
