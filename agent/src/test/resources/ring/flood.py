"""Sends small frames for a time and says how many: DEVICE SECONDS MICROSECONDS_BETWEEN_THEM."""

import socket
import sys
import time

device, seconds, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) / 1e6
ip = "4500002c000000004011" + "66bf" + "0a000001" + "0a000002"
udp = "0fa0" + "0035" + "0018" + "0000"
frame = bytes.fromhex("020000000002" + "020000000001" + "0800" + ip + udp) + bytes(16)
sent = 0
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
    sender.bind((device, 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(1 if pause else 64):
            try:
                sent += sender.send(frame) > 0
            except OSError:
                pass
        if pause:
            time.sleep(pause)
print(sent, flush=True)
