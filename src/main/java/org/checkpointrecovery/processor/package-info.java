/**
 * Processors turn items into results. There is one class per kind, built from its spec alone. Does not depend on jobs
 * or files.
 */
@NullMarked
package org.checkpointrecovery.processor;

import org.jspecify.annotations.NullMarked;
