/**
 * The processor that calls an HTTP endpoint for each item: what is sent, what becomes of the answer, when it is tried again, and
 * which addresses may be connected to. Knows nothing of jobs or files.
 */
@NullMarked
package org.checkpointrecovery.processor.http;

import org.jspecify.annotations.NullMarked;
