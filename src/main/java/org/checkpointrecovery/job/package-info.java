/** The values and rules of a job: spec, states, progress and error codes. Uses no I/O, threads, clock or JSON. */
@NullMarked
package org.checkpointrecovery.job;

import org.jspecify.annotations.NullMarked;
