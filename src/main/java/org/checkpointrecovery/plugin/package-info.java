/**
 * What the author of a plugin needs, and nothing else: {@link org.checkpointrecovery.plugin.ItemProcessor} and the item that
 * it is given. A plugin sees these classes and those of the JDK, none other of the service's.
 */
@NullMarked
package org.checkpointrecovery.plugin;

import org.jspecify.annotations.NullMarked;
