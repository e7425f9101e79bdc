/** The ranges of a job, through which the service and a cluster share its work, and their files. */
@NullMarked
package org.checkpointrecovery.engine.range;

import org.jspecify.annotations.NullMarked;
