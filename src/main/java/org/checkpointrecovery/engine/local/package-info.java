/** Runs jobs in this process: the worker pool and the pipeline of batches. Does not know how a spec arrived. */
@NullMarked
package org.checkpointrecovery.engine.local;

import org.jspecify.annotations.NullMarked;
