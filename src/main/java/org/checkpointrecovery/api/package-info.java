/** The HTTP API: routes, JSON, problem details. Does not know how a job runs. */
@NullMarked
package org.checkpointrecovery.api;

import org.jspecify.annotations.NullMarked;
