/** The list of the kinds of processors. */
@NullMarked
package org.checkpointrecovery.processor.provided;

import org.jspecify.annotations.NullMarked;
