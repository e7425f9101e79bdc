package org.checkpointrecovery.engine.flink;

import java.io.IOException;

/** The cluster did not answer, or not as it should. The message says which, in one sentence without its end. */
final class ClusterException extends IOException {
    ClusterException(String message) {
        super(message);
    }
}
