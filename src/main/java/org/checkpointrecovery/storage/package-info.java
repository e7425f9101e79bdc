/**
 * Files that must survive a crash: the disk, job records, checkpoints and uploads. Does not depend on HTTP or engines.
 */
@NullMarked
package org.checkpointrecovery.storage;

import org.jspecify.annotations.NullMarked;
