package org.checkpointrecovery.item;

import java.io.IOException;

/** A quotation mark opens a field that is still open at the end of the input, so the rest of it is no record. */
public final class OpenQuoteException extends IOException {
    /** What to do about it, as the end of a sentence. */
    static final String REMEDY =
            "\"quote\": \"none\" (run: --csv-quote none) if quotation marks are ordinary characters in this input";

    /**
     * @param line of the input that the quotation mark stands in, from 1
     * @param offset of the quotation mark in the input, from 0
     */
    OpenQuoteException(long line, long offset) {
        super("the quotation mark in line " + line + " of the input, at byte offset " + offset
                + ", is never closed");
    }

    /** What a client is told who asked for a job. */
    public String explanation() {
        return "Cannot read the input to its end: " + getMessage()
                + ". The text after it was not processed. Submit the job again with " + REMEDY
                + ", or close the quotation mark in the file and submit it again.";
    }
}
