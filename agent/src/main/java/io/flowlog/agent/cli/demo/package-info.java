/**
 * Traffic of our own: frames header by header, the capture files that hold them, and the made-up
 * cloud that the demo shows.
 */
@NullMarked
package io.flowlog.agent.cli.demo;

import org.jspecify.annotations.NullMarked;
