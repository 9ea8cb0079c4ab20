"""Sends small frames until SIGTERM and says how many: DEVICE MICROSECONDS_BETWEEN_THEM."""

import signal
import socket
import sys
import time

SECONDS_MAX = 60
device, pause = sys.argv[1], int(sys.argv[2]) / 1e6
ip = "4500002c000000004011" + "66bf" + "0a000001" + "0a000002"
udp = "0fa0" + "0035" + "0018" + "0000"
frame = bytes.fromhex("020000000002" + "020000000001" + "0800" + ip + udp) + bytes(16)
sent = 0
asked_to_end = False


def end(*_):
    global asked_to_end
    asked_to_end = True


signal.signal(signal.SIGTERM, end)
print("begins", flush=True)
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
    sender.bind((device, 0))
    latest = time.monotonic() + SECONDS_MAX
    while not asked_to_end and time.monotonic() < latest:
        for _ in range(1 if pause else 64):
            try:
                sent += sender.send(frame) > 0
            except OSError:
                pass
        if pause:
            time.sleep(pause)
print(sent, flush=True)
