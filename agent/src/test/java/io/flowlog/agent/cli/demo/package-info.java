/** Tests of the made traffic. */
@NullMarked
package io.flowlog.agent.cli.demo;

import org.jspecify.annotations.NullMarked;
