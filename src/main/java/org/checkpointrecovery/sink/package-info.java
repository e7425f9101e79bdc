/** Results and errors files: append, force, truncate. Does not depend on job states. */
@NullMarked
package org.checkpointrecovery.sink;

import org.jspecify.annotations.NullMarked;
