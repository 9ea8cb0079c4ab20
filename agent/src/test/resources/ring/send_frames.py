"""Sends the frames that come on standard input, one in hex per line: DEVICE TIMES."""

import socket
import sys

device, times = sys.argv[1], int(sys.argv[2])
frames = [bytes.fromhex(line) for line in sys.stdin]
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
    sender.bind((device, 0))
    for _ in range(times):
        for frame in frames:
            sender.send(frame)
