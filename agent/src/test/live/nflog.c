// The least that a reader of a group of NFLOG can do: receives datagrams as the agent does, several
// at once after each pause, walks the attributes of each message, and adds up IP lengths.
//
//   nflog GROUP QUEUE_BYTES PAUSE_MS
//
// Prints at SIGTERM what it has seen and what is missing between the numbers of messages.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SLOTS 16
#define SLOT_BYTES 32768
#define BUFFER_BYTES (SLOT_BYTES - 1024)

static volatile sig_atomic_t ending;

static void end(int signal) {
  (void)signal;
  ending = 1;
}

static void fail(const char *what) {
  fprintf(stderr, "nflog: %s: %s\n", what, strerror(errno));
  exit(1);
}

static size_t attribute(uint8_t *at, uint16_t type, const void *value, uint16_t bytes) {
  struct nlattr header = {.nla_len = (uint16_t)(NLA_HDRLEN + bytes), .nla_type = type};
  memcpy(at, &header, sizeof header);
  memcpy(at + NLA_HDRLEN, value, bytes);
  return NLA_ALIGN(header.nla_len);
}

static void configure(int number, uint16_t group) {
  uint8_t request[256] = {0};
  struct nfgenmsg general = {.res_id = htons(group)};
  uint8_t bind_command = NFULNL_CFG_CMD_BIND;
  struct nfulnl_msg_config_mode mode = {.copy_range = htonl(128), .copy_mode = NFULNL_COPY_PACKET};
  uint32_t slot = htonl(BUFFER_BYTES), timeout = htonl(5), threshold = htonl(128);
  uint16_t flags = htons(NFULNL_CFG_F_SEQ);
  size_t length = NLMSG_HDRLEN;
  memcpy(request + length, &general, sizeof general);
  length += sizeof general;
  length += attribute(request + length, NFULA_CFG_CMD, &bind_command, sizeof bind_command);
  length += attribute(request + length, NFULA_CFG_MODE, &mode, sizeof mode);
  length += attribute(request + length, NFULA_CFG_NLBUFSIZ, &slot, sizeof slot);
  length += attribute(request + length, NFULA_CFG_TIMEOUT, &timeout, sizeof timeout);
  length += attribute(request + length, NFULA_CFG_QTHRESH, &threshold, sizeof threshold);
  length += attribute(request + length, NFULA_CFG_FLAGS, &flags, sizeof flags);
  struct nlmsghdr header = {.nlmsg_len = (uint32_t)length,
                            .nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK};
  memcpy(request, &header, sizeof header);
  struct {
    struct nlmsghdr header;
    struct nlmsgerr error;
    uint8_t rest[512];
  } answer;
  if (send(number, request, length, 0) < 0 || recv(number, &answer, sizeof answer, 0) < 0) {
    fail("configuration");
  }
  if (answer.error.error != 0) {
    errno = -answer.error.error;
    fail("group");
  }
}

static uint64_t packets, ip_bytes, lost;
static uint32_t expected;

static void walk_message(const uint8_t *at, const uint8_t *limit) {
  while (limit - at >= NLA_HDRLEN) {
    struct nlattr header;
    memcpy(&header, at, sizeof header);
    if (header.nla_len < NLA_HDRLEN || header.nla_len > limit - at) {
      return;
    }
    const uint8_t *value = at + NLA_HDRLEN;
    uint32_t number;
    uint16_t length;
    switch (header.nla_type & NLA_TYPE_MASK) {
      case NFULA_SEQ:
        memcpy(&number, value, sizeof number);
        lost += ntohl(number) - expected;
        expected = ntohl(number) + 1;
        break;
      case NFULA_PAYLOAD:
        memcpy(&length, value + 2, sizeof length);
        ip_bytes += ntohs(length);
        break;
    }
    at += NLA_ALIGN(header.nla_len);
  }
}

static void walk(const uint8_t *at, const uint8_t *limit) {
  while (limit - at >= NLMSG_HDRLEN) {
    struct nlmsghdr header;
    memcpy(&header, at, sizeof header);
    if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > limit - at) {
      return;
    }
    if (header.nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) {
      packets++;
      walk_message(at + NLMSG_HDRLEN + sizeof(struct nfgenmsg), at + header.nlmsg_len);
    }
    at += NLMSG_ALIGN(header.nlmsg_len);
  }
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: nflog GROUP QUEUE_BYTES PAUSE_MS\n");
    return 2;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  int number = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  int queue_bytes = atoi(arguments[2]);
  if (number < 0 ||
      setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &queue_bytes, sizeof queue_bytes) != 0) {
    fail("socket");
  }
  configure(number, (uint16_t)atoi(arguments[1]));
  static uint8_t memory[SLOTS][SLOT_BYTES];
  struct iovec vectors[SLOTS];
  struct mmsghdr headers[SLOTS] = {0};
  for (int i = 0; i < SLOTS; i++) {
    vectors[i] = (struct iovec){.iov_base = memory[i], .iov_len = SLOT_BYTES};
    headers[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  struct timespec pause = {.tv_nsec = atoi(arguments[3]) * 1000000L};
  printf("reads\n");
  fflush(stdout);
  while (!ending) {
    int datagrams = recvmmsg(number, headers, SLOTS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < datagrams; i++) {
      walk(memory[i], memory[i] + headers[i].msg_len);
    }
    if (datagrams < 0 && errno == EAGAIN) {
      nanosleep(&pause, NULL);
    }
  }
  printf("packets=%llu lost=%llu ip_bytes=%llu\n", (unsigned long long)packets,
         (unsigned long long)lost, (unsigned long long)ip_bytes);
  return 0;
}
