package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.engine.range.Submissions.Submission;
import org.checkpointrecovery.storage.Disk;

/**
 * Finds the checkpoint or savepoint to restore a Flink job from. Looks on disk, because the checkpoints listed by the
 * REST API may be outdated. Flink stores them as {@code <job>/chk-12/_metadata}.
 */
final class ClusterCheckpoints {
    private static final String CHECKPOINT = "chk-";

    private ClusterCheckpoints() {}

    /** Returns the savepoint or checkpoint of the newest submission that has one, as a URI; empty if none has. */
    static Optional<String> newest(Disk disk, Path directory, Submissions submissions) throws IOException {
        List<Submission> list = submissions.list();
        for (int i = list.size() - 1; i >= 0; i--) {
            Submission submission = list.get(i);
            if (submission.savepoint() != null) {
                return Optional.of(submission.savepoint());
            }
            Optional<Path> newest = newest(disk, directory.resolve(submission.clusterJob()));
            if (newest.isPresent()) {
                return newest.map(path -> path.toUri().toString());
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> newest(Disk disk, Path ofJob) throws IOException {
        try {
            return disk.list(ofJob).stream()
                    .filter(path -> number(path) >= 0 && disk.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(ClusterCheckpoints::number));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static long number(Path path) {
        String name = path.getFileName().toString();
        String number = name.startsWith(CHECKPOINT) ? name.substring(CHECKPOINT.length()) : "";
        return number.matches("\\d{1,18}") ? Long.parseLong(number) : -1;
    }
}
