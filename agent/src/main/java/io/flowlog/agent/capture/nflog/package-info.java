/**
 * What firewalls log by themselves, to groups of NFLOG: for hosts where the kernel does not tell
 * what it drops. The prefix of the rule tells the verdict, the message the packet's interfaces and
 * its first bytes, which somebody else decodes.
 */
@NullMarked
package io.flowlog.agent.capture.nflog;

import org.jspecify.annotations.NullMarked;
