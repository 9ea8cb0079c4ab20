"""Has the kernel forget all connections that it tracks in this network namespace."""

import socket
import struct

NETFILTER = 12
CONNTRACK, DELETE = 1, 2
REQUEST, ACKNOWLEDGE = 1, 4

with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER) as kernel:
    kind = CONNTRACK << 8 | DELETE
    # a message about every address family, and nothing that names one connection
    kernel.send(struct.pack("=IHHIIBBH", 20, kind, REQUEST | ACKNOWLEDGE, 1, 0, 0, 0, 0))
    error = struct.unpack_from("=i", kernel.recv(1 << 16), 16)[0]
    if error:
        raise OSError(-error, "connections cannot be forgotten")
