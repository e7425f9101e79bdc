/** Processors that are the operator's Java classes, loaded from jars. */
@NullMarked
package org.checkpointrecovery.processor.plugin;

import org.jspecify.annotations.NullMarked;
