/** What turns an item into a result: one class per kind, built from its spec alone. Knows nothing of jobs or files. */
@NullMarked
package org.checkpointrecovery.processor;

import org.jspecify.annotations.NullMarked;
