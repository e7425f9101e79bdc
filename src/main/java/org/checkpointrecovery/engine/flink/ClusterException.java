package org.checkpointrecovery.engine.flink;

import java.io.IOException;

/** The cluster did not answer, or gave an invalid answer. The message is one sentence without a full stop. */
final class ClusterException extends IOException {
    ClusterException(String message) {
        super(message);
    }
}
