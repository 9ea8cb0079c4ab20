"""Sends UDP datagrams: send_udp.py SOURCE PORT DESTINATION PORTS BYTES COUNT [SEGMENT_BYTES]

PORTS is a port, or the first and the last of several; COUNT datagrams go to each.
"""
import socket
import sys

SOL_UDP = 17
UDP_SEGMENT = 103

source, source_port, destination, ports, size, count = sys.argv[1:7]
family = socket.AF_INET6 if ":" in source else socket.AF_INET
first, _, last = ports.partition("-")
payload = b"d" * int(size)
with socket.socket(family, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if len(sys.argv) > 7:
        sender.setsockopt(SOL_UDP, UDP_SEGMENT, int(sys.argv[7]))
    sender.bind((source, int(source_port)))
    for _ in range(int(count)):
        for port in range(int(first), int(last or first) + 1):
            try:
                sender.sendto(payload, (destination, port))
            except PermissionError:
                pass  # dropped on the way out, by this host
