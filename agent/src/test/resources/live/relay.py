"""Lets a network namespace reach ports of this one's loopback under the same addresses.

usage: relay.py NAMESPACE_FILE PORT...; says "ready" when it listens, ends with its standard input
"""

import ctypes
import os
import socket
import sys
import threading

NETWORK = 0x40000000


def enter(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, NETWORK) != 0:
        sys.exit("setns: " + os.strerror(ctypes.get_errno()))


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            end.close()


def serve(client, port):
    try:
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        client.close()
        return
    back = threading.Thread(target=pump, args=(server, client), daemon=True)
    back.start()
    pump(client, server)
    back.join()
    for end in (client, server):
        end.close()


def accept(listener, port):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, port), daemon=True).start()


def main():
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter(os.open(sys.argv[1], os.O_RDONLY))
    ports = [int(port) for port in sys.argv[2:]]
    listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
    enter(here)
    for listener, port in zip(listeners, ports):
        threading.Thread(target=accept, args=(listener, port), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
