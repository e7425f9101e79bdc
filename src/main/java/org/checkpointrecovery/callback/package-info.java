/** Reports ends of jobs to the endpoints that their clients named. */
@NullMarked
package org.checkpointrecovery.callback;

import org.jspecify.annotations.NullMarked;
