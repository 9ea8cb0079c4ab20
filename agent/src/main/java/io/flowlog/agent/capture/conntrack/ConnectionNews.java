package io.flowlog.agent.capture.conntrack;

import io.flowlog.agent.capture.OlderConnection;

/** Something that conntrack told, on its way to who keeps it. Immutable. */
public sealed interface ConnectionNews {
  /** A translated connection is there. */
  record There(Translation translation) implements ConnectionNews {}

  /** A translated connection is gone, since about a time of day. */
  record Gone(Translation translation, long timeNs) implements ConnectionNews {}

  /** All translated connections follow: what is not among them is gone. */
  record ListStarts() implements ConnectionNews {}

  /** That were all of them at a time of day. */
  record ListEnds(long timeNs) implements ConnectionNews {}

  /** Something was lost: until the next list ends it is not known what is translated. */
  record Lost() implements ConnectionNews {}

  /** A connection of a logging port is older than the capture there. */
  record Older(OlderConnection connection) implements ConnectionNews {}
}
