"""Sends one frame of each of some connections from each of some interfaces: p0, p1, ..."""

import socket
import subprocess
import sys

interfaces, connections = int(sys.argv[1]), int(sys.argv[2])
up = "".join(f"link set p{i} up\n" for i in range(interfaces))
subprocess.run(["ip", "-batch", "-"], input=up.encode(), check=True)
ip = bytes.fromhex("0200000000020200000000010800" + "4500002c00000000401166bf0a0000010a000002")
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
    for i in range(interfaces):
        for source_port in range(1, connections + 1):
            udp = source_port.to_bytes(2, "big") + bytes.fromhex("003500180000")
            sender.sendto(ip + udp + bytes(16), (f"p{i}", 0))
