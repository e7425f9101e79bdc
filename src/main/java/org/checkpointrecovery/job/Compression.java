package org.checkpointrecovery.job;

/** A compressed format that inputs are decoded from. */
public enum Compression implements Named {
    GZIP(".gz"),
    ZSTD(".zst");

    private final String ending;

    Compression(String ending) {
        this.ending = ending;
    }

    /** How the names of such files end. */
    public String ending() {
        return ending;
    }
}
