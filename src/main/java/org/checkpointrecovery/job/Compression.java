package org.checkpointrecovery.job;

/** A compressed format that inputs are decoded from. */
public enum Compression implements Named {
    GZIP(".gz"),
    ZSTD(".zst");

    private final String ending;

    Compression(String ending) {
        this.ending = ending;
    }

    /** Returns the file name ending of the format. */
    public String ending() {
        return ending;
    }
}
