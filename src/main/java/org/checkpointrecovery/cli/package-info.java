/** Commands and options: the only reader of flags and of the environment. Knows nothing of HTTP routes. */
@NullMarked
package org.checkpointrecovery.cli;

import org.jspecify.annotations.NullMarked;
