package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the kernel which chains of nft are at its hooks. */
public final class FilterChains {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int SEQUENCE = 1;

  /** The kernel answers while it is asked; if not, something else is wrong. */
  private static final int PATIENCE_SECONDS = 2;

  private static final String REMEDY = "give the program CAP_NET_ADMIN, or run it as root";

  private static final List<String> HOOKS =
      List.of("prerouting", "input", "forward", "output", "postrouting", "ingress");
  private static final List<String> ARP_HOOKS = List.of("input", "output", "forward");
  private static final List<String> DEVICE_HOOKS = List.of("ingress", "egress");

  private final LibC libC = LibC.get();
  private final ByteBuffer bytes;
  private final List<FilterChain> chains = new ArrayList<>();
  private int error;

  private FilterChains(int bufferBytes) {
    bytes = LocalDatagrams.memory(bufferBytes);
  }

  /**
   * Returns the chains of the calling thread's network namespace that are at a hook. If nft's
   * module is not loaded, this has it loaded.
   */
  public static List<FilterChain> ofNamespace() throws NativeException {
    return new FilterChains(BUFFER_BYTES).list();
  }

  /** Returns the chains that one datagram of an answer tells of. */
  static List<FilterChain> in(byte[] datagram) {
    FilterChains reader = new FilterChains(datagram.length);
    reader.bytes.put(0, datagram);
    reader.read(datagram.length);
    return reader.chains;
  }

  private List<FilterChain> list() throws NativeException {
    int socket =
        libC.socket(Abi.AF_NETLINK, Abi.SOCK_RAW | Abi.SOCK_CLOEXEC, Abi.NETLINK_NETFILTER);
    if (socket < 0) {
      throw failure("open a netlink socket");
    }
    try {
      request(socket);
      boolean goesOn = true;
      while (goesOn) {
        long sizeBytes = libC.recv(socket, bytes, bytes.capacity(), 0);
        if (sizeBytes < 0) {
          throw failure("receive the list");
        }
        goesOn = read((int) sizeBytes);
      }
      if (error != 0) {
        throw new NativeException("chains of nft: ask for a list", error, REMEDY);
      }
      return List.copyOf(chains);
    } finally {
      libC.close(socket);
    }
  }

  private static NativeException failure(String what) {
    return NativeException.ofLastCall("chains of nft: " + what);
  }

  private void request(int socket) throws NativeException {
    ByteBuffer patience = LocalDatagrams.memory(Abi.TIMEOUT_BYTES);
    patience.putLong(Abi.TIMEOUT_SECONDS_AT, PATIENCE_SECONDS);
    int sizeBytes = Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES;
    ByteBuffer request = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    request.putInt(Abi.MESSAGE_LENGTH_AT, sizeBytes);
    request.putShort(Abi.MESSAGE_TYPE_AT, type(Abi.NFT_MSG_GETCHAIN));
    request.putShort(Abi.MESSAGE_FLAGS_AT, (short) (Abi.NLM_F_REQUEST | Abi.NLM_F_DUMP));
    request.putInt(Abi.MESSAGE_SEQUENCE_AT, SEQUENCE);
    int option = Abi.SO_RCVTIMEO;
    if (libC.setsockopt(socket, Abi.SOL_SOCKET, option, patience, Abi.TIMEOUT_BYTES) < 0
        || libC.send(socket, request, sizeBytes, 0) < 0) {
      throw failure("ask for a list");
    }
  }

  private static short type(int message) {
    return (short) (Abi.NFNL_SUBSYS_NFTABLES << 8 | message);
  }

  /** Reads a datagram; returns whether more is to come. No bytes make it fail. */
  private boolean read(int sizeBytes) {
    int at = 0;
    while (sizeBytes - at >= Abi.MESSAGE_BYTES) {
      int lengthBytes = bytes.getInt(at + Abi.MESSAGE_LENGTH_AT);
      short type = bytes.getShort(at + Abi.MESSAGE_TYPE_AT);
      boolean isMessage = lengthBytes >= Abi.MESSAGE_BYTES && lengthBytes <= sizeBytes - at;
      if (!isMessage || type == Abi.NLMSG_DONE) {
        return false;
      }
      if (type == Abi.NLMSG_ERROR) {
        int place = at + Abi.MESSAGE_BYTES;
        error = lengthBytes >= Abi.MESSAGE_BYTES + Integer.BYTES ? -bytes.getInt(place) : 0;
        return false;
      }
      int body = Abi.MESSAGE_BYTES + Abi.NETFILTER_BYTES;
      if (type == type(Abi.NFT_MSG_NEWCHAIN) && lengthBytes >= body) {
        int family = bytes.get(at + Abi.MESSAGE_BYTES + Abi.NETFILTER_FAMILY_AT);
        readChain(family, new Attributes(bytes, at + body, at + lengthBytes));
      }
      at += lengthBytes + (-lengthBytes & 3);
    }
    return sizeBytes > 0;
  }

  private void readChain(int family, Attributes chain) {
    Attributes hook = chain.nested(Abi.NFTA_CHAIN_HOOK);
    if (hook != null) {
      int number = hook.number(Abi.NFTA_HOOK_HOOKNUM);
      List<String> names = hooksOf(family);
      chains.add(
          new FilterChain(
              nameOf(family),
              chain.text(Abi.NFTA_CHAIN_TABLE),
              chain.text(Abi.NFTA_CHAIN_NAME),
              number >= 0 && number < names.size() ? names.get(number) : "hook " + number,
              hook.number(Abi.NFTA_HOOK_PRIORITY)));
    }
  }

  private static List<String> hooksOf(int family) {
    return switch (family) {
      case Abi.NFPROTO_NETDEV -> DEVICE_HOOKS;
      case Abi.NFPROTO_ARP -> ARP_HOOKS;
      default -> HOOKS;
    };
  }

  private static String nameOf(int family) {
    return switch (family) {
      case Abi.NFPROTO_INET -> "inet";
      case Abi.NFPROTO_IPV4 -> "ip";
      case Abi.NFPROTO_IPV6 -> "ip6";
      case Abi.NFPROTO_ARP -> "arp";
      case Abi.NFPROTO_BRIDGE -> "bridge";
      case Abi.NFPROTO_NETDEV -> "netdev";
      default -> "family " + family;
    };
  }

  /** The attributes of netfilter's netlink between two places, whose numbers are big-endian. */
  private record Attributes(ByteBuffer bytes, int start, int end) {
    private static final int NOT_FOUND = -1;

    private int find(int type) {
      int at = start;
      while (end - at >= Abi.ATTRIBUTE_BYTES) {
        int lengthBytes = lengthAt(at);
        if (lengthBytes < Abi.ATTRIBUTE_BYTES || lengthBytes > end - at) {
          return NOT_FOUND;
        }
        int found = bytes.getShort(at + Abi.ATTRIBUTE_TYPE_AT) & 0xffff & ~Abi.NLA_F_NESTED;
        if (found == type) {
          return at;
        }
        at += lengthBytes + (-lengthBytes & 3);
      }
      return NOT_FOUND;
    }

    private int lengthAt(int at) {
      return bytes.getShort(at + Abi.ATTRIBUTE_LENGTH_AT) & 0xffff;
    }

    @Nullable Attributes nested(int type) {
      int at = find(type);
      return at == NOT_FOUND
          ? null
          : new Attributes(bytes, at + Abi.ATTRIBUTE_BYTES, at + lengthAt(at));
    }

    /** Returns a number of four bytes; 0 if there is none. */
    int number(int type) {
      int at = find(type);
      if (at == NOT_FOUND || lengthAt(at) < Abi.ATTRIBUTE_BYTES + Integer.BYTES) {
        return 0;
      }
      int number = bytes.getInt(at + Abi.ATTRIBUTE_BYTES);
      return bytes.order() == ByteOrder.BIG_ENDIAN ? number : Integer.reverseBytes(number);
    }

    /** Returns a text without its end; empty if there is none. */
    String text(int type) {
      int at = find(type);
      if (at == NOT_FOUND) {
        return "";
      }
      byte[] value = new byte[lengthAt(at) - Abi.ATTRIBUTE_BYTES];
      bytes.get(at + Abi.ATTRIBUTE_BYTES, value);
      String text = new String(value, StandardCharsets.ISO_8859_1);
      int length = text.indexOf('\0');
      return length < 0 ? text : text.substring(0, length);
    }
  }
}
