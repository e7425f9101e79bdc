/**
 * What all engines share: who runs when, where a run begins, the one order of writes of a commit, and how a run ends. Knows
 * nothing of how items are processed.
 */
@NullMarked
package org.checkpointrecovery.engine.run;

import org.jspecify.annotations.NullMarked;
