/** Calls to other machines: the client, the addresses that it may connect to, and when to retry. */
@NullMarked
package org.checkpointrecovery.outbound;

import org.jspecify.annotations.NullMarked;
