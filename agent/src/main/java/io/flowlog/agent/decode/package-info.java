/** Reads headers in place: no allocation, no IO, nothing remembered from one frame to the next. */
@NullMarked
package io.flowlog.agent.decode;

import org.jspecify.annotations.NullMarked;
