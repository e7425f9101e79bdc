package org.checkpointrecovery.item;

/** Finds where records end, in bytes that come piece by piece. Used by one thread. */
interface RecordEnds {
    /** Forgets what came before: the next byte is the first of a record. */
    void begin();

    /**
     * Looks on, from where the call before ended.
     *
     * @return the place of the line feed that ends the record, or -1 if the record goes on behind {@code to}. Behind the
     *     line feed another record begins
     */
    int find(byte[] bytes, int from, int to);
}
