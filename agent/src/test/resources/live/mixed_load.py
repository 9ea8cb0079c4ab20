"""Sends frames within intervals of 2 s, and marks each frame with its interval: DEVICE.

Takes lines of how many frames a second, 0 for as many as it goes, and the frames, in hex, that are
sent in turn. For each line one interval is used, but for a while at both its ends; it says when it
begins to send, and then with which source port, and whether all was sent before that while.
"""

import socket
import sys
import time

INTERVAL = 2
QUIET = 0.3
MARKS, FIRST_MARK = 20000, 10000
PORT_OF_IPV4, PORT_OF_IPV6 = 34, 54

sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind((sys.argv[1], 0))
for line in sys.stdin:
    words = line.split()
    rate = int(words[0])
    number = int(time.time()) // INTERVAL + 1
    mark = FIRST_MARK + number % MARKS
    frames = []
    for word in words[1:]:
        frame = bytearray.fromhex(word)
        at = PORT_OF_IPV6 if frame[12:14] == b"\x86\xdd" else PORT_OF_IPV4
        frame[at : at + 2] = mark.to_bytes(2, "big")
        frames.append(bytes(frame))
    start = number * INTERVAL + QUIET
    end = (number + 1) * INTERVAL - QUIET
    time.sleep(max(0, start - time.time()))
    print("begins", flush=True)
    rounds = 0
    while time.time() < end - 0.01:
        for frame in frames:
            sender.send(frame)
        rounds += 1
        ahead = start + rounds * len(frames) / rate - time.time() if rate else 0
        if ahead > 0:
            time.sleep(min(ahead, max(0, end - time.time())))
    print(mark, time.time() < (number + 1) * INTERVAL - QUIET / 2, flush=True)
