package io.flowlog.agent.api;

/** One path of a listener. Asked on the listener's thread, so it must answer from snapshots. */
interface Page {
  Answer answer();
}
