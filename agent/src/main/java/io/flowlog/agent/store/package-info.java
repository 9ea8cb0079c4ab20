/**
 * Where sealed files go to stay: object stores, here the local directory, and who brings them.
 *
 * <p>A store makes an object appear whole, under a key that was fixed when the file was sealed. So
 * a file may be stored any number of times, and a kill between the store's confirmation and the
 * release from the spool only repeats a put.
 */
@NullMarked
package io.flowlog.agent.store;

import org.jspecify.annotations.NullMarked;
