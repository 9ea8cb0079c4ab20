"""Becomes the reader of a group of NFLOG, says so, and stays: read_nflog.py GROUP"""

import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
CONFIG = 4 << 8 | 1
REQUEST_WITH_ANSWER = 1 | 4

group = int(sys.argv[1])
reader = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
reader.bind((0, 0))
body = struct.pack("!BBH", 0, 0, group) + struct.pack("=HHB3x", 5, 1, 1)
reader.send(struct.pack("=IHHII", 16 + len(body), CONFIG, REQUEST_WITH_ANSWER, 1, 0) + body)
answer = reader.recv(4096)
print("error", -struct.unpack_from("=i", answer, 16)[0], flush=True)
time.sleep(300)
