/** Checkpoint Recovery: runs long jobs over the items of a file to completion, even across crashes. */
@NullMarked
package org.checkpointrecovery;

import org.jspecify.annotations.NullMarked;
