/**
 * Rehearsed failures: crashes at a chosen point, items that fail, and delays. Decorators of the disk, the processors and
 * the listener of a run carry them out. Nothing else knows of them.
 */
@NullMarked
package org.checkpointrecovery.rehearsal;

import org.jspecify.annotations.NullMarked;
