/**
 * Decoders for files that are not plain UTF-8 text: compressed files, and text in other encodings. Works on byte
 * streams; does not depend on files or requests.
 */
@NullMarked
package org.checkpointrecovery.coding;

import org.jspecify.annotations.NullMarked;
