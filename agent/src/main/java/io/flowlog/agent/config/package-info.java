/**
 * Files into each package's own configuration record; all mistakes at once, with file and line.
 *
 * <p>A file becomes a {@link Document}: a neutral tree and the place of every value in it. The
 * rules of the package that owns the settings look at the tree only; the places come back in when a
 * problem is told. A new section is one method in {@link Sections}, one component of {@link
 * AgentConfig}, and its keys in the shipped {@code flowlog-agent.yaml} and its README.
 */
@NullMarked
package io.flowlog.agent.config;

import org.jspecify.annotations.NullMarked;
