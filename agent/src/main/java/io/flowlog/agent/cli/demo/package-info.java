/** Makes traffic of our own: frames header by header, and the capture files that hold them. */
@NullMarked
package io.flowlog.agent.cli.demo;

import org.jspecify.annotations.NullMarked;
