"""A guest behind a TAP device that says of its frames what it likes: hostile_guest.py DEVICE

Takes lines of an offload header and a frame, both in hex, until one that says "end". Prints a sign
for each frame, + if the kernel took it and - if not, and then how many frames the kernel has handed
to a packet socket at the device since the last time.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
ETH_P_ALL = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6

device = sys.argv[1]
tap = os.open("/dev/net/tun", os.O_RDWR)
flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", device.encode(), flags))
subprocess.run(["ip", "link", "set", device, "up"], check=True)
counter = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
counter.bind((device, ETH_P_ALL))
print("ready", flush=True)

signs = ""
for line in sys.stdin:
    words = line.split()
    if words == ["end"]:
        # what did not fit into the socket is among them
        statistics = counter.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        print(signs, struct.unpack("II", statistics)[0], flush=True)
        signs = ""
        continue
    try:
        os.write(tap, bytes.fromhex("".join(words)))
        signs += "+"
    except OSError:
        signs += "-"
