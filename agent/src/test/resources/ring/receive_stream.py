"""Takes one TCP connection to its end and says how many bytes came: ADDRESS PORT."""

import socket
import sys

family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family, socket.SOCK_STREAM) as listener:
    listener.bind((sys.argv[1], int(sys.argv[2])))
    listener.listen()
    print("ready", flush=True)
    connection, _ = listener.accept()
    with connection:
        received = 0
        while data := connection.recv(1 << 16):
            received += len(data)
print(received, flush=True)
