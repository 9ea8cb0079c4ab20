"""A guest behind a TAP device with offload headers; sends the frames of a line when it comes.

A line has words like plain:HEX, tcp:HEX and ufo:HEX; the answer to each is "sent". Of tso:HEX and
tso6:HEX the kernel is to make the checksums, too, as real guests have it.
"""

import fcntl
import os
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
KINDS = {"plain": (0, 0), "tcp": (1, 1000), "ufo": (3, 1000), "tiny": (1, 1)}
KINDS |= {"tso": (1, 1000, 34), "tso6": (4, 1000, 54)}
NEEDS_CHECKSUM = 1
TCP_CHECKSUM_AT = 16

tap = os.open("/dev/net/tun", os.O_RDWR)
flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), flags))
print("ready", flush=True)
for line in sys.stdin:
    for word in line.split():
        kind, text = word.split(":")
        frame = bytes.fromhex(text)
        gso_type, gso_size, *checksum_start = KINDS[kind]
        # the kernel believes any header length that is within the frame
        lie = min(1000, len(frame))
        # flags, type, header length, segment size, checksum start and offset
        header = struct.pack("=BBHHHH", 0, gso_type, lie, gso_size, 0, 0)
        if checksum_start:
            at = checksum_start[0]
            header = struct.pack(
                "=BBHHHH", NEEDS_CHECKSUM, gso_type, at + 20, gso_size, at, TCP_CHECKSUM_AT
            )
        os.write(tap, header + frame)
    print("sent", flush=True)
