package org.checkpointrecovery.engine.flink.job;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A process of the cluster cannot use the directory that it shares with the service. No other try helps, so it ends the
 * Flink job at once. This class and {@link RangeSource} need no class of the service's jar, which is in that directory.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class SharedDirectoryException extends Exception {
    private static final long serialVersionUID = 1;

    private SharedDirectoryException(String message) {
        super(message);
    }

    /** @param process how a message names this process */
    static void checkSeen(String process, Path directory) throws SharedDirectoryException {
        if (!Files.isDirectory(directory)) {
            throw new SharedDirectoryException(process + " does not see " + directory);
        }
    }

    static SharedDirectoryException notWritable(String process, Path directory) {
        return new SharedDirectoryException(
                process + ", as user " + System.getProperty("user.name") + ", cannot write to " + directory);
    }
}
