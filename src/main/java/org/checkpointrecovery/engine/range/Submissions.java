package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;
import org.jspecify.annotations.Nullable;

/**
 * The submissions of one job to a cluster: the content of {@code submissions.json},
 *
 * <pre>
 * {"version":1,"list":[{"clusterJob":"9f86d081884c7d659a2feaa0c55ad015","jar":"checkpoint-recovery-5e88….jar"}],"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line. It is written before the cluster is called.
 *
 * @param list oldest first; a submission's number is its position, from 1
 */
public record Submissions(List<Submission> list) {
    private static final int VERSION = 1;

    public Submissions {
        list = List.copyOf(list);
    }

    /**
     * A submission.
     *
     * @param clusterJob its id in the cluster
     * @param savepoint where an earlier release had the cluster store what is not done; not used any more
     * @param jar the name of the service's jar that it runs, which depends on its content; empty if the service runs from
     *     none, null if an earlier release submitted it
     */
    public record Submission(
            String clusterJob,
            @Nullable String savepoint,
            @Nullable String jar) {}

    public Submissions and(String clusterJob, String jar) {
        List<Submission> longer = new ArrayList<>(list);
        longer.add(new Submission(clusterJob, null, jar));
        return new Submissions(longer);
    }

    void write(Disk disk, Path file) throws IOException {
        Replacement.write(disk, file, StoredJson.write(VERSION, this));
    }

    /** Reads the file; no submissions if it does not exist. */
    static Submissions read(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return new Submissions(List.of());
        }
        try {
            return StoredJson.read(disk.read(file), VERSION, Submissions.class);
        } catch (DamagedFileException e) {
            throw RangeStore.damaged(file, Replacement.directoryOf(file), e);
        }
    }
}
