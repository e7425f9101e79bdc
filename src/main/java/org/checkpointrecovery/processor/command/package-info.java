/** Processors that are programs of the operator's. No shell is ever involved. */
@NullMarked
package org.checkpointrecovery.processor.command;

import org.jspecify.annotations.NullMarked;
