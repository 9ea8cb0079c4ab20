"""Sends Ethernet frames, given in hexadecimal on standard input: send_raw.py DEVICE"""
import socket
import sys

with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
    sender.bind((sys.argv[1], 0))
    for line in sys.stdin:
        sender.send(bytes.fromhex(line.strip()))
