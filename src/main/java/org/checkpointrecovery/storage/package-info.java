/** Files that must survive a crash: the disk, job records, checkpoints, uploads. Knows nothing of HTTP or engines. */
@NullMarked
package org.checkpointrecovery.storage;

import org.jspecify.annotations.NullMarked;
