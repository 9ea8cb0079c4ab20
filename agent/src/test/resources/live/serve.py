"""Serves at every address: TCP at port 80 (takes all, then gives BYTES), UDP echo at port 53."""

import socket
import sys
import threading

reply = bytes(int(sys.argv[1]))


def talk(connection):
    with connection:
        try:
            while connection.recv(1 << 16):
                pass
            connection.sendall(reply)
        except ConnectionResetError:
            pass  # some clients end so


def serve_tcp(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=[connection], daemon=True).start()


def serve_udp(listener):
    while True:
        data, client = listener.recvfrom(1 << 16)
        listener.sendto(data, client)


for kind, port, serve in (
    (socket.SOCK_STREAM, 80, serve_tcp),
    (socket.SOCK_DGRAM, 53, serve_udp),
):
    # takes IPv4, too
    server = socket.socket(socket.AF_INET6, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("::", port))
    if kind == socket.SOCK_STREAM:
        server.listen()
    threading.Thread(target=serve, args=[server], daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
