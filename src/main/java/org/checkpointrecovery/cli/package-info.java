/** Commands and options: the only reader of flags and environment variables. Must not know HTTP routes. */
@NullMarked
package org.checkpointrecovery.cli;

import org.jspecify.annotations.NullMarked;
