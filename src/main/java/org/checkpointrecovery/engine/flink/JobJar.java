package org.checkpointrecovery.engine.flink;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;
import org.jspecify.annotations.Nullable;

/**
 * The code that the cluster runs: the job's jar, which is packed in the service's jar and uploaded, and the service's
 * own jar, which is copied to a shared directory.
 */
final class JobJar {
    static final String ENTRY_CLASS = "org.checkpointrecovery.engine.flink.job.RangeJob";

    /** What the job's code throws when a process of the cluster cannot use the shared directory. */
    private static final String NOT_SHARED = "org.checkpointrecovery.engine.flink.job.SharedDirectoryException: ";

    private static final String RESOURCE = "/checkpoint-recovery-flink-job.jar";

    /** How the names of all jars of the job begin that releases have uploaded. */
    static final String UPLOADED = "checkpoint-recovery-job-";
    /** How the names of all jars of the service begin that releases have shared. */
    private static final String SHARED = "checkpoint-recovery-";

    private static @Nullable String ownName; // guarded by the class

    private final byte[] bytes;
    private final String name;

    private JobJar(byte[] bytes) {
        this.bytes = bytes;
        this.name = UPLOADED + sha256(bytes) + ".jar";
    }

    static JobJar load() throws IOException {
        try (InputStream in = JobJar.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("this build has no " + RESOURCE);
            }
            return new JobJar(in.readAllBytes());
        }
    }

    /** Returns which process cannot use which shared directory, if that is the root cause of a failure; empty if not. */
    static Optional<String> notShared(String rootCause) {
        return rootCause.startsWith(NOT_SHARED)
                ? Optional.of(rootCause.substring(NOT_SHARED.length()))
                : Optional.empty();
    }

    /** Returns the name of the jar, which depends on its content. */
    String name() {
        return name;
    }

    byte[] bytes() {
        return bytes;
    }

    /**
     * Copies the service's own jar to a shared directory, unless it is there. Empty if the service does not run from a
     * jar; the cluster must have its classes then.
     */
    static Optional<Path> shareOwn(Disk disk, Path directory) throws IOException {
        Path own = own();
        return own.toString().endsWith(".jar") ? Optional.of(share(disk, own, directory)) : Optional.empty();
    }

    /** Returns the name under which the service's own jar is shared; empty if it does not run from a jar. */
    static synchronized String ownName(Disk disk) throws IOException {
        if (ownName == null) {
            Path own = own();
            ownName = own.toString().endsWith(".jar") ? name(disk.read(disk.realPath(own))) : "";
        }
        return ownName;
    }

    private static String name(byte[] jar) {
        return SHARED + sha256(jar) + ".jar";
    }

    private static Path own() throws IOException {
        CodeSource source = JobJar.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? Path.of("") : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** Safe if several jobs do so at the same time. */
    static Path share(Disk disk, Path own, Path directory) throws IOException {
        byte[] jar = disk.read(disk.realPath(own));
        Path shared = directory.resolve(name(jar));
        disk.createDirectory(directory);
        if (!disk.exists(shared)) {
            Replacement.writeByMany(disk, shared, jar);
            deleteOthers(disk, shared);
        }
        return shared;
    }

    /** Deletes the jars of other releases. A service submits again what was submitted with one of them. */
    private static void deleteOthers(Disk disk, Path shared) throws IOException {
        for (Path jar : disk.list(requireNonNull(shared.getParent()))) {
            String name = jar.getFileName().toString();
            if (name.startsWith(SHARED) && name.endsWith(".jar") && !jar.equals(shared)) {
                disk.delete(jar);
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
