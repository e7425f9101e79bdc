/**
 * Items and their sources: a source finds items in the input from a byte position onward, and a decoder turns them into
 * the form that processors take. Of jobs, only the values that describe an input are used.
 */
@NullMarked
package org.checkpointrecovery.item;

import org.jspecify.annotations.NullMarked;
