"""The two ends of one TCP connection, which its sender ends with a reset when its input ends.

upload.py receive ADDRESS PORT    takes what comes, and says how many bytes at the end
upload.py send ADDRESS PORT       sends so many bytes for a line with their number, and waits until
                                  they are acknowledged, unless the line says "unheard", too
"""

import fcntl
import socket
import struct
import sys
import termios
import time

RESET_AT_CLOSE = struct.pack("ii", 1, 0)
PAUSE_SECONDS = 0.01

role, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])


def unacknowledged(connection):
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0]


if role == "receive":
    received = 0
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as listener:
        print("ready", flush=True)
        connection = listener.accept()[0]
    try:
        while data := connection.recv(1 << 16):
            received += len(data)
    except ConnectionResetError:
        print(received, flush=True)
else:
    connection = socket.create_connection((address, port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    print("connected", flush=True)
    for line in sys.stdin:
        words = line.split()
        connection.sendall(bytes(int(words[0])))
        while len(words) == 1 and unacknowledged(connection):
            time.sleep(PAUSE_SECONDS)
        print("sent", flush=True)
    connection.close()
    print("closed", flush=True)
