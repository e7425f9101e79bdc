/** Runs jobs in this process: the pipeline of batches and its threads. Does not depend on how a spec arrived. */
@NullMarked
package org.checkpointrecovery.engine.local;

import org.jspecify.annotations.NullMarked;
