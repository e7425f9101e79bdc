package org.checkpointrecovery.item;

import java.io.IOException;

/** A quotation mark opens a field that is still open at the end of the input, so the rest of it is no record. */
public final class OpenQuoteException extends IOException {
    /** What to do about it, as the end of a sentence. */
    static final String REMEDY =
            "\"quote\": \"none\" (run: --csv-quote none) if quotation marks are ordinary characters in it";

    /**
     * @param line of the input that the quotation mark stands in, from 1
     * @param offset of the quotation mark in the input, from 0
     */
    OpenQuoteException(long line, long offset) {
        super("the quotation mark in line " + line + " of the input, at byte offset " + offset
                + ", is not closed up to the end of the input");
    }

    /** What a client is told who asked for a job. */
    public String explanation() {
        return "The input cannot be read to its end: " + getMessage()
                + ". Whatever follows it is not taken for an item. Send the job again with " + REMEDY
                + ", or close the quotation mark in the file and submit it again.";
    }
}
