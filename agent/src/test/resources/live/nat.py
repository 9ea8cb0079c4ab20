"""What machines on both sides of an address translation do; each role ends when it is killed.

nat.py serve ADDRESS...                  echoes at TCP 9000 and UDP 9001
nat.py talk tcp|udp OWN ADDRESS PORT TEXT [TIMES]
                                         sends a text and waits for its echo, again and again
nat.py answer OWN                        echoes at TCP OWN of every IPv4 address
nat.py ping ADDRESS                      asks for an echo of ICMP, and ends
nat.py many ADDRESS PORT COUNT           sends a datagram from each of so many ports, and ends

To a datagram with the text "again" the server goes on answering.
"""

import socket
import struct
import sys
import threading
import time

PAUSE_SECONDS = 0.2


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def echo(connection):
    while data := connection.recv(100):
        connection.sendall(data)


def accept(address, port):
    listener = socket.create_server((address, port), family=family(address))
    threading.Thread(target=take, args=(listener,), daemon=True).start()


def take(listener):
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=echo, args=(connection,), daemon=True).start()


def answer(server):
    while True:
        data, peer = server.recvfrom(100)
        for _ in range(200 if data == b"again" else 1):
            server.sendto(data, peer)
            if data == b"again":
                time.sleep(PAUSE_SECONDS)


def serve(addresses):
    for address in addresses:
        accept(address, 9000)
        server = socket.socket(family(address), socket.SOCK_DGRAM)
        server.bind((address, 9001))
        threading.Thread(target=answer, args=(server,), daemon=True).start()


def talk(kind, own_port, address, port, text, times=200):
    kind = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
    client = socket.socket(family(address), kind)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("", int(own_port)))
    client.connect((address, int(port)))
    client.settimeout(10)
    for _ in range(int(times)):
        client.send(text.encode())
        client.recv(100)
        print("talks", flush=True)
        time.sleep(PAUSE_SECONDS)
    time.sleep(60)


def ping(address):
    ipv6 = ":" in address
    kind = socket.getprotobyname("ipv6-icmp" if ipv6 else "icmp")
    client = socket.socket(family(address), socket.SOCK_RAW, kind)
    client.settimeout(10)
    head = struct.pack("!BBHHH", 128 if ipv6 else 8, 0, 0, 7, 1)
    if not ipv6:
        # the sum of all words, without carry
        words = sum(struct.unpack("!4H", head))
        head = struct.pack("!BBHHH", 8, 0, 0xFFFF - words, 7, 1)
    client.sendto(head, (address, 0))
    while True:
        data = client.recv(100)
        if data[0 if ipv6 else 20] == (129 if ipv6 else 0):
            return


def many(address, port, count):
    for own_port in range(20000, 20000 + int(count)):
        with socket.socket(family(address), socket.SOCK_DGRAM) as client:
            client.bind(("", own_port))
            client.sendto(b"x", (address, int(port)))


role, words = sys.argv[1], sys.argv[2:]
if role == "serve":
    serve(words)
    print("ready", flush=True)
    time.sleep(120)
elif role == "answer":
    accept("0.0.0.0", int(words[0]))
    print("ready", flush=True)
    time.sleep(120)
else:
    {"talk": talk, "ping": ping, "many": many}[role](*words)
