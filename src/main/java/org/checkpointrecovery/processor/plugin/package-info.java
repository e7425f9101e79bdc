/** Processors that are classes of the operator's, from jars. */
@NullMarked
package org.checkpointrecovery.processor.plugin;

import org.jspecify.annotations.NullMarked;
