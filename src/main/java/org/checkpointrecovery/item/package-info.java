/**
 * Items, and where they come from: a source finds them in the input from a byte position onward, a decoder turns them into
 * what processors take. Knows of jobs no more than the pure values that say what an input is made of.
 */
@NullMarked
package org.checkpointrecovery.item;

import org.jspecify.annotations.NullMarked;
