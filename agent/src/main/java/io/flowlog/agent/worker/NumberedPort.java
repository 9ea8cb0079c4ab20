package io.flowlog.agent.worker;

import io.flowlog.agent.port.LoggingPort;

/** A logging port and the number by which packets and rows know it. */
record NumberedPort(int number, LoggingPort port) {}
