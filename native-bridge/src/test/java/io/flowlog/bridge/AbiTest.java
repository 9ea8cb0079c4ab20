package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number that the bridge believes of the kernel's headers, beside the C compiler's. */
class AbiTest {
  /** Whose name in Java is not that in C, as an expression of C. */
  private static final Map<String, String> EXPRESSIONS = new LinkedHashMap<>();

  static {
    put("PROT_READ_WRITE", "PROT_READ | PROT_WRITE");
    put("BPF_RETURN_CONSTANT", "BPF_RET | BPF_K");
    put("BPF_LOAD_CONSTANT", "BPF_LD | BPF_IMM");
    put("BPF_LOAD_INDEX_CONSTANT", "BPF_LDX | BPF_IMM");
    put("BPF_LOAD_ANCILLARY", "BPF_LD | BPF_W | BPF_ABS");
    put("BPF_LOAD_AT_INDEX", "BPF_LD | BPF_W | BPF_IND");
    put("BPF_INDEX_FROM_ACCUMULATOR", "BPF_MISC | BPF_TAX");
    put("BPF_JUMP_IF_EQUAL", "BPF_JMP | BPF_JEQ | BPF_K");
    put("BPF_JUMP_IF_SET", "BPF_JMP | BPF_JSET | BPF_K");
    put("NLA_TYPE_MASK", "NLA_TYPE_MASK & 0xffff");
    put("ANCILLARY_ATTRIBUTE", "SKF_AD_OFF + SKF_AD_NLATTR");
    struct("NETFILTER", "struct nfgenmsg", "FAMILY=nfgen_family");
    struct(
        "REQUEST",
        "struct tpacket_req3",
        "BLOCK_SIZE=tp_block_size",
        "BLOCK_COUNT=tp_block_nr",
        "FRAME_SIZE=tp_frame_size",
        "FRAME_COUNT=tp_frame_nr",
        "TIMEOUT=tp_retire_blk_tov");
    struct(
        "BLOCK",
        "struct tpacket_block_desc",
        "STATUS=hdr.bh1.block_status",
        "FRAMES=hdr.bh1.num_pkts",
        "FIRST_FRAME=hdr.bh1.offset_to_first_pkt");
    struct(
        "FRAME",
        "struct tpacket3_hdr",
        "NEXT=tp_next_offset",
        "SECONDS=tp_sec",
        "NANOSECONDS=tp_nsec",
        "CAPTURED=tp_snaplen",
        "LENGTH=tp_len",
        "STATUS=tp_status",
        "DATA=tp_mac",
        "VLAN=hv1.tp_vlan_tci");
    // where the address starts: behind the header, rounded up
    put("FRAME_BYTES", "TPACKET3_HDRLEN - sizeof(struct sockaddr_ll)");
    struct(
        "ADDRESS",
        "struct sockaddr_ll",
        "FAMILY=sll_family",
        "PROTOCOL=sll_protocol",
        "INDEX=sll_ifindex",
        "KIND=sll_pkttype");
    struct("VIRTIO", "struct virtio_net_hdr", "GSO_TYPE=gso_type", "GSO_SIZE=gso_size");
    struct("STATISTICS", "struct tpacket_stats_v3", "FRAMES=tp_packets", "DROPS=tp_drops");
    struct("PROGRAM", "struct sock_fprog", "LENGTH=len", "CODE=filter");
    struct(
        "INSTRUCTION",
        "struct sock_filter",
        "OPERATION=code",
        "IF_TRUE=jt",
        "IF_FALSE=jf",
        "OPERAND=k");
    struct("LOCAL_ADDRESS", "struct sockaddr_un", "FAMILY=sun_family", "PATH=sun_path");
    struct("TIMEOUT", "struct timeval", "SECONDS=tv_sec", "MICROSECONDS=tv_usec");
    struct("TIME", "struct timespec", "SECONDS=tv_sec", "NANOSECONDS=tv_nsec");

    struct(
        "NETLINK_ADDRESS",
        "struct sockaddr_nl",
        "FAMILY=nl_family",
        "PORT=nl_pid",
        "GROUPS=nl_groups");
    struct(
        "MESSAGE",
        "struct nlmsghdr",
        "LENGTH=nlmsg_len",
        "TYPE=nlmsg_type",
        "FLAGS=nlmsg_flags",
        "SEQUENCE=nlmsg_seq",
        "PORT=nlmsg_pid");
    struct("LINK", "struct ifinfomsg", "FAMILY=ifi_family", "INDEX=ifi_index", "FLAGS=ifi_flags");
    struct("ATTRIBUTE", "struct nlattr", "LENGTH=nla_len", "TYPE=nla_type");
    struct("LOGGED_TIME", "struct nfulnl_msg_packet_timestamp", "SECONDS=sec", "MICROSECONDS=usec");
    struct("COPY_MODE", "struct nfulnl_msg_config_mode", "RANGE=copy_range", "MODE=copy_mode");
    struct("VECTOR", "struct iovec", "BASE=iov_base", "LENGTH=iov_len");
    struct(
        "BATCH_ENTRY",
        "struct mmsghdr",
        "VECTORS=msg_hdr.msg_iov",
        "COUNT=msg_hdr.msg_iovlen",
        "LENGTH=msg_len");
    struct("TYPE", "struct btf_type", "INFO=info");
    struct("ENUMERATOR", "struct btf_enum", "NAME=name_off", "VALUE=val");
    put("PROGRAM_INFO_RECURSION_MISSES_AT", "offsetof(struct bpf_prog_info, recursion_misses)");
    struct("CREDENTIALS", "struct ucred", "PROCESS=pid", "USER=uid");
    struct("NETFILTER", "struct nfgenmsg", "FAMILY=nfgen_family");
    struct("POLL", "struct pollfd", "SOCKET=fd", "WANTED=events", "GOT=revents");
  }

  @TempDir private Path folder;
  private Map<String, Long> ofCompiler = Map.of();

  private static void put(String name, String expression) {
    EXPRESSIONS.put(name, expression);
  }

  private static void struct(String name, String type, String... fields) {
    put(name + "_BYTES", "sizeof(" + type + ")");
    for (String field : fields) {
      String[] sides = field.split("=", 2);
      put(name + "_" + sides[0] + "_AT", "offsetof(" + type + ", " + sides[1] + ")");
    }
  }

  private static Map<String, Long> ofBridge() throws IllegalAccessException {
    Map<String, Long> numbers = new TreeMap<>();
    for (Field field : Abi.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        numbers.put(field.getName(), (long) field.getInt(null));
      }
    }
    return numbers;
  }

  @BeforeEach
  void compile() throws Exception {
    StringBuilder program = new StringBuilder("#define _GNU_SOURCE\n");
    for (String header :
        new String[] {
          "errno.h",
          "linux/bpf.h",
          "linux/btf.h",
          "linux/filter.h",
          "linux/if_ether.h",
          "linux/if.h",
          "linux/if_packet.h",
          "linux/netfilter.h",
          "linux/netfilter/nf_conntrack_common.h",
          "linux/netfilter/nf_conntrack_tcp.h",
          "linux/netfilter/nf_tables.h",
          "linux/netfilter/nfnetlink.h",
          "linux/netfilter/nfnetlink_conntrack.h",
          "linux/netfilter/nfnetlink_log.h",
          "linux/rtnetlink.h",
          "linux/virtio_net.h",
          "poll.h",
          "stddef.h",
          "stdio.h",
          "sys/mman.h",
          "sys/socket.h",
          "sys/time.h",
          "sys/un.h",
          "time.h"
        }) {
      program.append("#include <").append(header).append(">\n");
    }
    // headers older than Linux 6.2 do not have it
    program.append(
        "#ifndef VIRTIO_NET_HDR_GSO_UDP_L4\n#define VIRTIO_NET_HDR_GSO_UDP_L4 5\n#endif\n");
    program.append("int main(void) {\n");
    for (String name : ofBridge().keySet()) {
      print(program, name, EXPRESSIONS.getOrDefault(name, name));
    }
    for (Errno errno : Errno.values()) {
      if (errno != Errno.OTHER) {
        print(program, errno.name(), errno.name());
      }
    }
    ofCompiler = run(program.append("}\n").toString());
  }

  private static void print(StringBuilder program, String name, String expression) {
    program.append("  printf(\"%s %ld\\n\", \"").append(name).append("\", (long) (");
    program.append(expression).append("));\n");
  }

  private Map<String, Long> run(String program) throws IOException {
    Path source = folder.resolve("abi.c");
    Path executable = folder.resolve("abi");
    Files.writeString(source, program);
    assertEquals("", output("gcc", "-o", executable.toString(), source.toString()));
    Map<String, Long> numbers = new TreeMap<>();
    for (String line : output(executable.toString()).split("\n", -1)) {
      String[] words = line.split(" ", 2);
      if (words.length == 2) {
        numbers.put(words[0], Long.valueOf(words[1]));
      }
    }
    return numbers;
  }

  private static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldAgreeWithTheCompilerOnEveryNumber() throws IllegalAccessException {
    Map<String, Long> expected = new TreeMap<>(ofCompiler);
    for (Errno errno : Errno.values()) {
      expected.remove(errno.name());
    }

    assertEquals(expected, ofBridge());
  }

  @Test
  void shouldAgreeWithTheCompilerOnErrorNumbers() {
    for (Errno errno : Errno.values()) {
      if (errno != Errno.OTHER) {
        assertEquals(ofCompiler.get(errno.name()), (long) errno.number(), errno.name());
      }
    }
  }
}
