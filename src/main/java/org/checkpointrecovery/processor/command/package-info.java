/** Processors that run the operator's programs, always without a shell. */
@NullMarked
package org.checkpointrecovery.processor.command;

import org.jspecify.annotations.NullMarked;
