/** Items, and where they come from: each source reads one format from a byte position onward. Knows nothing of jobs. */
@NullMarked
package org.checkpointrecovery.item;

import org.jspecify.annotations.NullMarked;
