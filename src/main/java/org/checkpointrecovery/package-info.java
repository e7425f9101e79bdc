/** Checkpoint Recovery: jobs over the items of a file that come to their end, whatever crashes on the way. */
@NullMarked
package org.checkpointrecovery;

import org.jspecify.annotations.NullMarked;
