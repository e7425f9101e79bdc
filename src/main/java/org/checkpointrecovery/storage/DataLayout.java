package org.checkpointrecovery.storage;

import java.nio.file.Path;

/** Where things are below the directory of the service's data. */
public record DataLayout(Path root) {
    public Path jobs() {
        return root.resolve("jobs");
    }

    /** The log of what changes in the jobs' directories. */
    public Path log() {
        return root.resolve("log");
    }

    public Path files() {
        return root.resolve("files");
    }

    /** Files that cluster machines need to run jobs, in addition to the jobs' own directories. */
    public Path cluster() {
        return root.resolve("cluster");
    }

    /** Temporary files of requests and responses. */
    public Path spool() {
        return root.resolve("spool");
    }

    /** A cache of what the records of settled jobs say. */
    public Path index() {
        return root.resolve("jobs.index");
    }

    /** Exists in a backup until it is complete. */
    public Path incompleteBackup() {
        return root.resolve("backup.incomplete");
    }

    /** The secret that signs callbacks, unless the operator provides one. */
    public Path callbackKey() {
        return root.resolve("callback-key");
    }
}
