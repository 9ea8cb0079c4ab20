package io.flowlog.bridge;

/**
 * Numbers of the kernel's binary interface, in C's spelling: constants, sizes of structures, and
 * offsets of their fields, which end in {@code _AT}. A test compares each with the C compiler's.
 */
final class Abi {
  static final int AF_UNIX = 1;
  static final int AF_PACKET = 17;
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOCK_NONBLOCK = 0x800;
  static final int ETH_P_ALL = 3;
  static final int SOL_SOCKET = 1;
  static final int SO_ERROR = 4;
  static final int SO_PEERCRED = 17;
  static final int SO_RCVTIMEO = 20;
  static final int SO_SNDTIMEO = 21;
  static final int SO_ATTACH_FILTER = 26;
  static final int SO_TIMESTAMPNS = 35;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int CLOCK_REALTIME = 0;
  static final int CLOCK_MONOTONIC = 1;
  static final int SOL_PACKET = 263;
  static final int PACKET_RX_RING = 5;
  static final int PACKET_STATISTICS = 6;
  static final int PACKET_VERSION = 10;
  static final int PACKET_VNET_HDR = 15;
  static final int TPACKET_V3 = 2;
  static final int PACKET_OUTGOING = 4;
  static final int PROT_READ_WRITE = 3;
  static final int MAP_SHARED = 1;
  static final int POLLIN = 1;
  static final int POLLERR = 8;
  static final int BPF_RETURN_CONSTANT = 6;

  static final int TP_STATUS_KERNEL = 0;
  static final int TP_STATUS_USER = 1;
  static final int TP_STATUS_VLAN_VALID = 16;

  static final int VIRTIO_NET_HDR_GSO_TCPV4 = 1;
  static final int VIRTIO_NET_HDR_GSO_TCPV6 = 4;
  static final int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
  static final int VIRTIO_NET_HDR_GSO_ECN = 0x80;

  /** struct tpacket_req3. */
  static final int REQUEST_BYTES = 28;

  static final int REQUEST_BLOCK_SIZE_AT = 0;
  static final int REQUEST_BLOCK_COUNT_AT = 4;
  static final int REQUEST_FRAME_SIZE_AT = 8;
  static final int REQUEST_FRAME_COUNT_AT = 12;
  static final int REQUEST_TIMEOUT_AT = 16;

  /** struct tpacket_block_desc with its tpacket_hdr_v1. */
  static final int BLOCK_BYTES = 48;

  static final int BLOCK_STATUS_AT = 8;
  static final int BLOCK_FRAMES_AT = 12;
  static final int BLOCK_FIRST_FRAME_AT = 16;

  /** struct tpacket3_hdr; the frame's sender and kind follow it as a struct sockaddr_ll. */
  static final int FRAME_BYTES = 48;

  static final int FRAME_NEXT_AT = 0;
  static final int FRAME_SECONDS_AT = 4;
  static final int FRAME_NANOSECONDS_AT = 8;
  static final int FRAME_CAPTURED_AT = 12;
  static final int FRAME_LENGTH_AT = 16;
  static final int FRAME_STATUS_AT = 20;
  static final int FRAME_DATA_AT = 24;
  static final int FRAME_VLAN_AT = 32;

  /** struct sockaddr_ll. */
  static final int ADDRESS_BYTES = 20;

  static final int ADDRESS_FAMILY_AT = 0;
  static final int ADDRESS_PROTOCOL_AT = 2;
  static final int ADDRESS_INDEX_AT = 4;
  static final int ADDRESS_KIND_AT = 10;

  /** struct virtio_net_hdr. */
  static final int VIRTIO_BYTES = 10;

  static final int VIRTIO_GSO_TYPE_AT = 1;
  static final int VIRTIO_GSO_SIZE_AT = 4;

  /** struct tpacket_stats_v3. */
  static final int STATISTICS_BYTES = 12;

  static final int STATISTICS_FRAMES_AT = 0;
  static final int STATISTICS_DROPS_AT = 4;

  /** struct sock_fprog. */
  static final int PROGRAM_BYTES = 16;

  static final int PROGRAM_LENGTH_AT = 0;
  static final int PROGRAM_CODE_AT = 8;

  /** struct sock_filter. */
  static final int INSTRUCTION_BYTES = 8;

  static final int INSTRUCTION_OPERATION_AT = 0;
  static final int INSTRUCTION_OPERAND_AT = 4;

  /** struct pollfd. */
  static final int POLL_BYTES = 8;

  static final int POLL_SOCKET_AT = 0;
  static final int POLL_WANTED_AT = 4;
  static final int POLL_GOT_AT = 6;

  /** struct sockaddr_un. */
  static final int LOCAL_ADDRESS_BYTES = 110;

  static final int LOCAL_ADDRESS_FAMILY_AT = 0;
  static final int LOCAL_ADDRESS_PATH_AT = 2;

  /** struct timeval. */
  static final int TIMEOUT_BYTES = 16;

  static final int TIMEOUT_SECONDS_AT = 0;
  static final int TIMEOUT_MICROSECONDS_AT = 8;

  /** struct timespec. */
  static final int TIME_BYTES = 16;

  static final int TIME_SECONDS_AT = 0;
  static final int TIME_NANOSECONDS_AT = 8;

  static final int AF_UNSPEC = 0;
  static final int AF_NETLINK = 16;
  static final int NETLINK_ROUTE = 0;
  static final int RTMGRP_LINK = 1;
  static final int SO_RCVBUF = 8;
  static final int SO_RCVBUFFORCE = 33;
  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;
  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_DUMP_INTR = 0x10;
  static final int NLM_F_DUMP = 0x300;
  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFF_UP = 1;
  static final int IFF_RUNNING = 0x40;

  /** struct sockaddr_nl. */
  static final int NETLINK_ADDRESS_BYTES = 12;

  static final int NETLINK_ADDRESS_FAMILY_AT = 0;
  static final int NETLINK_ADDRESS_PORT_AT = 4;
  static final int NETLINK_ADDRESS_GROUPS_AT = 8;

  /** struct nlmsghdr; messages and attributes start at whole multiples of 4 bytes. */
  static final int MESSAGE_BYTES = 16;

  static final int MESSAGE_LENGTH_AT = 0;
  static final int MESSAGE_TYPE_AT = 4;
  static final int MESSAGE_FLAGS_AT = 6;
  static final int MESSAGE_SEQUENCE_AT = 8;
  static final int MESSAGE_PORT_AT = 12;

  /** struct ifinfomsg. */
  static final int LINK_BYTES = 16;

  static final int LINK_FAMILY_AT = 0;
  static final int LINK_INDEX_AT = 4;
  static final int LINK_FLAGS_AT = 8;

  /** struct nlattr. */
  static final int ATTRIBUTE_BYTES = 4;

  static final int ATTRIBUTE_LENGTH_AT = 0;
  static final int ATTRIBUTE_TYPE_AT = 2;

  static final int AF_BRIDGE = 7;
  static final int ETH_HLEN = 14;
  static final int NLM_F_ACK = 4;
  static final int NFNL_SUBSYS_ULOG = 4;
  static final int NFULNL_MSG_PACKET = 0;
  static final int NFULNL_MSG_CONFIG = 1;
  static final int NFULNL_CFG_CMD_BIND = 1;
  static final int NFULNL_CFG_F_SEQ = 1;
  static final int NFULNL_COPY_PACKET = 2;
  static final int NFULA_CFG_CMD = 1;
  static final int NFULA_CFG_MODE = 2;
  static final int NFULA_CFG_NLBUFSIZ = 3;
  static final int NFULA_CFG_TIMEOUT = 4;
  static final int NFULA_CFG_QTHRESH = 5;
  static final int NFULA_CFG_FLAGS = 6;
  static final int NFULA_PACKET_HDR = 1;
  static final int NFULA_TIMESTAMP = 3;
  static final int NFULA_IFINDEX_INDEV = 4;
  static final int NFULA_IFINDEX_OUTDEV = 5;
  static final int NFULA_IFINDEX_PHYSINDEV = 6;
  static final int NFULA_IFINDEX_PHYSOUTDEV = 7;
  static final int NFULA_PAYLOAD = 9;
  static final int NFULA_PREFIX = 10;
  static final int NFULA_SEQ = 12;
  static final int NFULA_HWHEADER = 16;
  static final int NFULA_VLAN = 20;
  static final int NFULA_VLAN_TCI = 2;

  /** struct nfulnl_msg_packet_timestamp. */
  static final int LOGGED_TIME_BYTES = 16;

  static final int LOGGED_TIME_SECONDS_AT = 0;
  static final int LOGGED_TIME_MICROSECONDS_AT = 8;

  /** struct nfulnl_msg_config_mode. */
  static final int COPY_MODE_BYTES = 6;

  static final int COPY_MODE_RANGE_AT = 0;
  static final int COPY_MODE_MODE_AT = 4;

  /** struct iovec. */
  static final int VECTOR_BYTES = 16;

  static final int VECTOR_BASE_AT = 0;
  static final int VECTOR_LENGTH_AT = 8;

  /** struct mmsghdr. */
  static final int BATCH_ENTRY_BYTES = 64;

  static final int BATCH_ENTRY_VECTORS_AT = 16;
  static final int BATCH_ENTRY_COUNT_AT = 24;
  static final int BATCH_ENTRY_LENGTH_AT = 56;

  /** struct ucred. */
  static final int CREDENTIALS_BYTES = 12;

  static final int CREDENTIALS_PROCESS_AT = 0;
  static final int CREDENTIALS_USER_AT = 4;

  static final int NETLINK_NETFILTER = 12;
  static final int NFNL_SUBSYS_NFTABLES = 10;
  static final int NFT_MSG_NEWCHAIN = 3;
  static final int NFT_MSG_GETCHAIN = 4;
  static final int NFTA_CHAIN_TABLE = 1;
  static final int NFTA_CHAIN_NAME = 3;
  static final int NFTA_CHAIN_HOOK = 4;
  static final int NFTA_HOOK_HOOKNUM = 1;
  static final int NFTA_HOOK_PRIORITY = 2;
  static final int NLA_F_NESTED = 0x8000;
  static final int NFPROTO_INET = 1;
  static final int NFPROTO_IPV4 = 2;
  static final int NFPROTO_ARP = 3;
  static final int NFPROTO_NETDEV = 5;
  static final int NFPROTO_BRIDGE = 7;
  static final int NFPROTO_IPV6 = 10;

  /** struct nfgenmsg. */
  static final int NETFILTER_BYTES = 4;

  static final int NETFILTER_FAMILY_AT = 0;

  static final int BTF_KIND_ENUM = 6;

  /** struct btf_type; the members of an enumeration follow it. */
  static final int TYPE_BYTES = 12;

  static final int TYPE_INFO_AT = 4;

  /** struct btf_enum. */
  static final int ENUMERATOR_BYTES = 8;

  static final int ENUMERATOR_NAME_AT = 0;
  static final int ENUMERATOR_VALUE_AT = 4;

  /** In struct bpf_prog_info, which grows from kernel to kernel. */
  static final int PROGRAM_INFO_RECURSION_MISSES_AT = 208;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int NFNL_SUBSYS_CTNETLINK = 1;
  static final int NFNLGRP_CONNTRACK_NEW = 1;
  static final int NFNLGRP_CONNTRACK_DESTROY = 3;
  static final int NLA_TYPE_MASK = 0x3fff;

  static final int IPCTNL_MSG_CT_NEW = 0;
  static final int IPCTNL_MSG_CT_GET = 1;
  static final int IPCTNL_MSG_CT_DELETE = 2;
  static final int IPCTNL_MSG_CT_GET_STATS_CPU = 4;
  static final int IPCTNL_MSG_CT_GET_STATS = 5;
  static final int CTA_TUPLE_ORIG = 1;
  static final int CTA_TUPLE_REPLY = 2;
  static final int CTA_STATUS = 3;
  static final int CTA_PROTOINFO = 4;
  static final int CTA_ID = 12;
  static final int CTA_ZONE = 18;
  static final int CTA_STATUS_MASK = 26;
  static final int CTA_TUPLE_IP = 1;
  static final int CTA_TUPLE_PROTO = 2;
  static final int CTA_IP_V4_SRC = 1;
  static final int CTA_IP_V4_DST = 2;
  static final int CTA_IP_V6_SRC = 3;
  static final int CTA_IP_V6_DST = 4;
  static final int CTA_PROTO_NUM = 1;
  static final int CTA_PROTO_SRC_PORT = 2;
  static final int CTA_PROTO_DST_PORT = 3;
  static final int CTA_PROTOINFO_TCP = 1;
  static final int CTA_PROTOINFO_TCP_STATE = 1;
  static final int CTA_STATS_INSERT_FAILED = 9;
  static final int CTA_STATS_DROP = 10;
  static final int CTA_STATS_EARLY_DROP = 11;
  static final int CTA_STATS_GLOBAL_ENTRIES = 1;
  static final int CTA_STATS_GLOBAL_MAX_ENTRIES = 2;
  static final int IPS_SEEN_REPLY = 2;
  static final int IPS_SRC_NAT = 16;
  static final int IPS_DST_NAT = 32;
  static final int TCP_CONNTRACK_ESTABLISHED = 3;
  static final int TCP_CONNTRACK_LAST_ACK = 6;

  static final int BPF_LOAD_CONSTANT = 0;
  static final int BPF_LOAD_INDEX_CONSTANT = 1;
  static final int BPF_LOAD_ANCILLARY = 0x20;
  static final int BPF_LOAD_AT_INDEX = 0x40;
  static final int BPF_INDEX_FROM_ACCUMULATOR = 7;
  static final int BPF_JUMP_IF_EQUAL = 0x15;
  static final int BPF_JUMP_IF_SET = 0x45;
  static final int INSTRUCTION_IF_TRUE_AT = 2;
  static final int INSTRUCTION_IF_FALSE_AT = 3;
  static final int ANCILLARY_ATTRIBUTE = -0x1000 + 12;

  private Abi() {}
}
