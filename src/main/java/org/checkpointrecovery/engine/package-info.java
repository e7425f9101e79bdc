/** Accepts jobs, keeps their states durable, recovers them and publishes their progress. Does not depend on HTTP. */
@NullMarked
package org.checkpointrecovery.engine;

import org.jspecify.annotations.NullMarked;
