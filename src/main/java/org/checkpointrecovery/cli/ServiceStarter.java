package org.checkpointrecovery.cli;

/** Starts the service and returns when it ends. */
public interface ServiceStarter {
    /** Returns the exit code of the process. */
    int start(ServiceConfig config);
}
