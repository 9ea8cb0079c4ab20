/** Where sealed files go to stay: object stores, here the local directory. */
@NullMarked
package io.flowlog.agent.store;

import org.jspecify.annotations.NullMarked;
