/** Results and errors files: append, force, cut back. Knows nothing of jobs. */
@NullMarked
package org.checkpointrecovery.sink;

import org.jspecify.annotations.NullMarked;
