/**
 * The parts that all engines share: the worker pool, where a run starts, the write order of a commit, and how a run
 * ends. Does not depend on how items are processed.
 */
@NullMarked
package org.checkpointrecovery.engine.run;

import org.jspecify.annotations.NullMarked;
