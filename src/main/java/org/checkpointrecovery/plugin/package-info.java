/**
 * The interface for plugin authors: {@link org.checkpointrecovery.plugin.ItemProcessor} and its items. A plugin sees
 * these classes and the JDK, but no other class of the service.
 */
@NullMarked
package org.checkpointrecovery.plugin;

import org.jspecify.annotations.NullMarked;
