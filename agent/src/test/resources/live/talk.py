"""Talks to a server in every way, and tells of each connection what its own kernel counted.

talk.py ADDRESS STREAM_BYTES prints a line per connection: what it was, its own port, the packets
that it sent, and the bytes of these with all headers from IP on.
"""

import socket
import struct
import sys
import time

address, stream_bytes = sys.argv[1], int(sys.argv[2])
is_ipv6 = ":" in address
family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
ip_bytes = 40 if is_ipv6 else 20


def tell(what, own_port, packets, sent_bytes):
    print(what, own_port, packets, sent_bytes, flush=True)


def tell_tcp(what, connection, syn_packets=1):
    """Every packet has a header of 20 bytes and 12 of options, one that opens 8 more."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232)
    packets = struct.unpack_from("I", info, 136)[0]
    payload_bytes = struct.unpack_from("Q", info, 200)[0]
    own_port = connection.getsockname()[1]
    tell(what, own_port, packets, payload_bytes + packets * (ip_bytes + 32) + 8 * syn_packets)


def converse(what, payload_bytes):
    with socket.create_connection((address, 80)) as connection:
        connection.sendall(bytes(payload_bytes))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass
        tell_tcp(what, connection)


def hang_up():
    with socket.create_connection((address, 80)) as connection:
        connection.sendall(bytes(10))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        own_port = connection.getsockname()[1]
    # the kernel's numbers go with the connection
    print("reset", own_port, 0, 0, flush=True)


def be_refused():
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.bind(("", 0))
        own_port = connection.getsockname()[1]
        try:
            connection.connect((address, 81))
        except ConnectionRefusedError:
            tell("refused", own_port, 1, ip_bytes + 40)


def ask(what, count, payload_bytes, fragments, header_bytes):
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect((address, 53))
        for _ in range(count):
            client.send(bytes(payload_bytes))
            client.recv(1 << 16)
        sent_bytes = count * (payload_bytes + 8 + fragments * header_bytes)
        tell(what, client.getsockname()[1], count * fragments, sent_bytes)


def ping(count, payload_bytes):
    protocol = socket.IPPROTO_ICMPV6 if is_ipv6 else socket.IPPROTO_ICMP
    request, reply = (128, 129) if is_ipv6 else (8, 0)
    with socket.socket(family, socket.SOCK_RAW, protocol) as client:
        for sequence in range(count):
            head = struct.pack("!BBHHH", request, 0, 0, 7, sequence)
            data = head + bytes(payload_bytes)
            # the kernel does the sum for IPv6 only
            words = struct.unpack(f"!{len(data) // 2}H", data)
            total = sum(words)
            total = (total & 0xFFFF) + (total >> 16)
            checksum = 0xFFFF & ~((total & 0xFFFF) + (total >> 16))
            client.sendto(head[:2] + struct.pack("!H", checksum) + data[4:], (address, 0))
            answer = b""
            while answer[:1] != bytes([reply]):
                answer = client.recv(1 << 16)[0 if is_ipv6 else 20 :]
    tell("ping", 0, count, count * (ip_bytes + 8 + payload_bytes))


def call_many():
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        if is_ipv6:
            group = ("ff02::1", 5000, 0, socket.if_nametoindex("eth0"))
            client.sendto(bytes(77), group)
        else:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            client.sendto(bytes(77), ("10.77.0.255", 5000))
            client.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own_address())
            )
            client.sendto(bytes(78), ("239.1.2.3", 5000))


def own_address():
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect((address, 9))
        return client.getsockname()[0]


with socket.create_connection((address, 80)) as slow:
    converse("short", 100)
    slow.sendall(bytes(50))
    time.sleep(1.2)
    converse("stream", stream_bytes)
    slow.sendall(bytes(50))
    time.sleep(1.2)
    hang_up()
    be_refused()
    ask("small", 20, 200, 1, ip_bytes)
    # what a fragment has beside its share: 20 bytes, or 40 and 8 of the fragment header
    ask("large", 3, 3000, 3, 48 if is_ipv6 else 20)
    ping(5, 56)
    call_many()
    slow.sendall(bytes(50))
    slow.shutdown(socket.SHUT_WR)
    while slow.recv(1 << 16):
        pass
    tell_tcp("slow", slow)
