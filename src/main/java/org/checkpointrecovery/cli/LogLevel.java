package org.checkpointrecovery.cli;

import org.checkpointrecovery.job.Named;

/** Which lines of the service go to the log: those of a level and of the levels before it. */
enum LogLevel implements Named {
    ERROR,
    WARN,
    INFO,
    DEBUG;

    /** Read when a logger is created. Libraries keep their level: their debug lines could show secrets. */
    static final String PROPERTY = "org.slf4j.simpleLogger.log.org.checkpointrecovery";

    /** Sets the level of the loggers that are created from now on. */
    void apply() {
        System.setProperty(PROPERTY, text());
    }
}
