/** Tests of the capture files and of libpcap as a source. */
@NullMarked
package io.flowlog.agent.capture.replay;

import org.jspecify.annotations.NullMarked;
