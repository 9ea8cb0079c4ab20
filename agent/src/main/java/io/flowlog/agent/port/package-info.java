/**
 * Which virtual interfaces exist on this host and whose they are.
 *
 * <p>As the lowest of the packages that read declarations, it is also home of what they all need to
 * check one: {@link FieldReader} over a neutral tree, {@link FieldProblem}, ids and addresses.
 */
@NullMarked
package io.flowlog.agent.port;

import org.jspecify.annotations.NullMarked;
