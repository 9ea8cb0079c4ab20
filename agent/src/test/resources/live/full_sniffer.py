"""Listens to all interfaces without room for a frame; at its input's end says how many it missed."""

import socket
import struct
import sys

EVERYTHING = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6

with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(EVERYTHING)) as sniffer:
    sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    print("ready", flush=True)
    sys.stdin.read()
    _, missed = struct.unpack("II", sniffer.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    print(missed, flush=True)
