/**
 * The processor that calls an HTTP endpoint for each item: requests, verdicts and retries. Does not
 * depend on jobs or files.
 */
@NullMarked
package org.checkpointrecovery.processor.http;

import org.jspecify.annotations.NullMarked;
