/**
 * Tests of the code's own order: which package may use what, and that the tree is tidy.
 *
 * <p>The packages below {@code wrong} break the rules on purpose, so that the rules are seen to
 * work.
 */
@NullMarked
package io.flowlog.agent.architecture;

import org.jspecify.annotations.NullMarked;
