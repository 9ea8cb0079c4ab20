/**
 * Where sealed files go to stay: object stores and local directories, and how a logger fares with
 * its own.
 *
 * <p>A store makes an object appear whole, under a key that was fixed when the file was sealed. So
 * a file may be stored any number of times, and a kill between the store's confirmation and the
 * release from the spool only repeats a put.
 *
 * <p>A {@link io.flowlog.agent.store.LoggerLife} says whether a logger's storage is to be probed,
 * takes files, or is left alone for a while; a {@link io.flowlog.agent.store.LoggerRecord} is what
 * is remembered of it from one start to the next.
 */
@NullMarked
package io.flowlog.agent.store;

import org.jspecify.annotations.NullMarked;
