// Listens to a group of NFLOG and does the least with what comes: counts messages and gaps in their
// numbers. Large batches, as a program that is in earnest would ask for.
//
//   listener GROUP
//
// Prints "listens", and at SIGTERM how many messages came and how many were lost.
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
#include <unistd.h>

#define BUFFER_BYTES (1 << 17)
#define QUEUE_BYTES (16 << 20)
#define THRESHOLD 64
#define COPY_BYTES 64

static volatile sig_atomic_t over;
static uint64_t messages, lost;
static uint32_t expected;
static uint8_t buffer[BUFFER_BYTES];

static void fail(const char *what) {
  fprintf(stderr, "listener: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void end(int number) {
  (void)number;
  over = 1;
}

// Sends one order with one attribute for a group, and reads the answer.
static void order(int number, uint16_t group, uint16_t type, const void *value, uint16_t size) {
  struct {
    struct nlmsghdr header;
    struct nfgenmsg family;
    struct nlattr attribute;
    uint8_t value[8];
  } message = {0};
  message.header.nlmsg_len = NLMSG_ALIGN((uint32_t)(sizeof message - sizeof message.value) + size);
  message.header.nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  message.family.res_id = htons(group);
  message.attribute.nla_type = type;
  message.attribute.nla_len = (uint16_t)(sizeof message.attribute + size);
  memcpy(message.value, value, size);
  struct nlmsghdr *answer = (struct nlmsghdr *)buffer;
  if (send(number, &message, message.header.nlmsg_len, 0) < 0 ||
      recv(number, buffer, sizeof buffer, 0) < (ssize_t)NLMSG_LENGTH(sizeof(int))) {
    fail("order");
  }
  errno = -*(int *)NLMSG_DATA(answer);
  if (answer->nlmsg_type == NLMSG_ERROR && errno != 0) {
    fail("order");
  }
}

// Listens only to what comes after this.
static int open_group(uint16_t group) {
  int number = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  int size = QUEUE_BYTES;
  if (number < 0 || setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    fail("netlink socket");
  }
  struct nfulnl_msg_config_cmd bind = {.command = NFULNL_CFG_CMD_BIND};
  struct nfulnl_msg_config_mode mode = {.copy_range = htonl(COPY_BYTES),
                                        .copy_mode = NFULNL_COPY_PACKET};
  uint32_t threshold = htonl(THRESHOLD);
  uint16_t flags = htons(NFULNL_CFG_F_SEQ);
  order(number, group, NFULA_CFG_CMD, &bind, sizeof bind);
  order(number, group, NFULA_CFG_MODE, &mode, sizeof mode);
  order(number, group, NFULA_CFG_QTHRESH, &threshold, sizeof threshold);
  order(number, group, NFULA_CFG_FLAGS, &flags, sizeof flags);
  return number;
}

static void count(const struct nlmsghdr *message) {
  const uint8_t *at = (const uint8_t *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
  const uint8_t *last = (const uint8_t *)message + message->nlmsg_len;
  messages++;
  while (at + sizeof(struct nlattr) <= last) {
    const struct nlattr *attribute = (const struct nlattr *)at;
    if (attribute->nla_len < sizeof *attribute) {
      return;
    }
    if ((attribute->nla_type & NLA_TYPE_MASK) == NFULA_SEQ) {
      uint32_t sequence;
      memcpy(&sequence, at + NLA_HDRLEN, sizeof sequence);
      sequence = ntohl(sequence);
      lost += sequence - expected;
      expected = sequence + 1;
    }
    at += NLA_ALIGN(attribute->nla_len);
  }
}

int main(int arguments, char **words) {
  if (arguments != 2) {
    fprintf(stderr, "usage: listener GROUP\n");
    return 2;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  int number = open_group((uint16_t)atoi(words[1]));
  puts("listens");
  fflush(stdout);
  while (!over) {
    ssize_t got = recv(number, buffer, sizeof buffer, 0);
    if (got < 0 && errno != EINTR && errno != ENOBUFS) {
      fail("receive");
    }
    int left = got < 0 ? 0 : (int)got;
    for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) {
        count(message);
      }
    }
  }
  printf("messages=%llu lost=%llu\n", (unsigned long long)messages, (unsigned long long)lost);
  close(number);
  return 0;
}
