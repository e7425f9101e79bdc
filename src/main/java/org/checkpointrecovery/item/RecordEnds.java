package org.checkpointrecovery.item;

/** Finds the ends of records in bytes that arrive in pieces. Used by one thread. */
interface RecordEnds {
    /** Resets the state: the next byte is the first of a record. */
    void begin();

    /**
     * Continues the search where the previous call ended.
     *
     * @return the position of the line feed that ends the record, or -1 if the record continues after {@code to}
     */
    int find(byte[] bytes, int from, int to);
}
