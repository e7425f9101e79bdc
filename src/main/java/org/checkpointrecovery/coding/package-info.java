/**
 * Decoders for files that are not plain UTF-8 text: compressed ones, and text in other encodings. Knows streams of bytes, and
 * neither files nor requests.
 */
@NullMarked
package org.checkpointrecovery.coding;

import org.jspecify.annotations.NullMarked;
