package io.flowlog.agent.worker;

/** How it is known which logging port a frame was seen at. */
enum Ownership {
  /** The source says it. */
  BY_SOURCE,
  /** The addresses in the frame say it. */
  BY_ADDRESS
}
