// The least that a reader of a packet ring can do: walks the blocks, reads each frame's header and
// its IP length, and gives the block back. The ring is made as the agent makes its own.
//
//   reader DEVICE RING_BYTES BLOCK_BYTES TIMEOUT_MS SNAP_BYTES
//
// Prints at SIGTERM what it has seen.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define IP_LENGTH_AT (sizeof(struct ether_header) + 2)

static volatile sig_atomic_t ending;

static void end(int signal) {
  (void)signal;
  ending = 1;
}

static void fail(const char *what) {
  fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void option(int number, int level, int name, const void *value, socklen_t size) {
  if (setsockopt(number, level, name, value, size) != 0) {
    fail("socket option");
  }
}

static int open_socket(struct tpacket_req3 *request, unsigned snap_bytes) {
  int number = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (number < 0) {
    fail("packet socket");
  }
  struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, snap_bytes);
  struct sock_fprog program = {.len = 1, .filter = &keep};
  int version = TPACKET_V3, one = 1;
  option(number, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  option(number, SOL_PACKET, PACKET_VERSION, &version, sizeof version);
  option(number, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one);
  option(number, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
  option(number, SOL_PACKET, PACKET_RX_RING, request, sizeof *request);
  return number;
}

static void bind_to(int number, const char *device) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_protocol = htons(ETH_P_ALL),
                                .sll_ifindex = (int)if_nametoindex(device)};
  if (address.sll_ifindex == 0 ||
      bind(number, (struct sockaddr *)&address, sizeof address) != 0) {
    fail(device);
  }
}

static uint64_t packets, ip_bytes;

static void walk(const struct tpacket_block_desc *block) {
  const uint8_t *at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
  for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
    const struct tpacket3_hdr *header = (const struct tpacket3_hdr *)at;
    if (header->tp_snaplen >= IP_LENGTH_AT + 2) {
      uint16_t length;
      memcpy(&length, at + header->tp_mac + IP_LENGTH_AT, sizeof length);
      ip_bytes += ntohs(length);
    }
    packets++;
    at += header->tp_next_offset;
  }
}

static void read_ring(int number, uint8_t *ring, const struct tpacket_req3 *request) {
  struct pollfd wanted = {.fd = number, .events = POLLIN};
  unsigned next = 0;
  while (!ending) {
    struct tpacket_block_desc *block =
        (struct tpacket_block_desc *)(ring + (size_t)next * request->tp_block_size);
    if (__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) {
      walk(block);
      __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      next = next + 1 == request->tp_block_nr ? 0 : next + 1;
    } else {
      poll(&wanted, 1, 1000);
    }
  }
}

static void report(int number) {
  struct tpacket_stats_v3 statistics;
  socklen_t size = sizeof statistics;
  if (getsockopt(number, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
    fail("PACKET_STATISTICS");
  }
  printf("packets=%llu lost=%u ip_bytes=%llu\n", (unsigned long long)packets, statistics.tp_drops,
         (unsigned long long)ip_bytes);
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: reader DEVICE RING_BYTES BLOCK_BYTES TIMEOUT_MS SNAP_BYTES\n");
    return 2;
  }
  unsigned ring_bytes = (unsigned)atoi(arguments[2]), block_bytes = (unsigned)atoi(arguments[3]);
  struct tpacket_req3 request = {.tp_block_size = block_bytes,
                                 .tp_block_nr = ring_bytes / block_bytes,
                                 .tp_frame_size = block_bytes,
                                 .tp_frame_nr = ring_bytes / block_bytes,
                                 .tp_retire_blk_tov = (unsigned)atoi(arguments[4])};
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  int number = open_socket(&request, (unsigned)atoi(arguments[5]));
  uint8_t *ring = mmap(NULL, ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0);
  if (ring == MAP_FAILED) {
    fail("memory of the ring");
  }
  bind_to(number, arguments[1]);
  read_ring(number, ring, &request);
  report(number);
  return 0;
}
