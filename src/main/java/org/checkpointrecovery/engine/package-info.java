/** Accepts jobs, keeps their states durable, recovers them, publishes how they do. Knows nothing of HTTP. */
@NullMarked
package org.checkpointrecovery.engine;

import org.jspecify.annotations.NullMarked;
