package org.checkpointrecovery.engine.flink.job;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** Ends the Flink job at once, whatever its restart strategy. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class NoMoreTriesException extends Exception {
    private static final long serialVersionUID = 1;

    NoMoreTriesException(Exception cause) {
        super(cause);
    }
}
