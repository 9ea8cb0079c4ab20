/** Tables of text for people, as commands print them. */
@NullMarked
package io.flowlog.agent.cli.table;

import org.jspecify.annotations.NullMarked;
