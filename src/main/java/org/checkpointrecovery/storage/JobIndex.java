package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.Ended;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Traits;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of the settled jobs, a file with a line for each, sorted by id:
 *
 * <pre>
 * jobs-index 3 18996c2f
 * 0mh3k2v9x-7fq2mzt4 COMPLETED - - 1795428930123 text-stats - 1795428931500 - 0 5d2c0f7e8a1b9634 dc2e7849
 * 0mh3k2va1-02c8kd9q FAILED 0mh3k2v9x-7fq2mzt4 0mh3k2v80-1q7fa2b3 1795428931005 http =nightly+run&team=blue 1795428999017 30d 9c41d2e8f0a7b653 91f0c3d24b5a6e78 25cdfa85
 * </pre>
 *
 * with the id, state, parent, upload, milliseconds of its creation, processor, name and labels, milliseconds of its end, the
 * time for which its spec keeps it, digest of the idempotency key, stamp, and the CRC-32C of the line before it. The name and the labels are encoded as in a query; the name has no key. The
 * file is a cache: a start believes a line only if the job's files have the stamp of the line, and reads the record otherwise. So it is
 * never forced, and may be deleted, torn or older than the records.
 */
public final class JobIndex {
    private static final Logger log = LoggerFactory.getLogger(JobIndex.class);
    private static final String HEADER = "jobs-index 3";
    private static final String NONE = "-";
    private static final int FIELDS = 11;
    private static final int WRITE_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path file;

    JobIndex(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    /** Opens the index. One that is missing, unreadable or of another version is empty. */
    public Reader read() {
        try {
            return new Reader(disk.openForRead(file));
        } catch (NoSuchFileException e) {
            log.info("There is no {} yet", file.getFileName());
        } catch (IOException e) {
            unreadable(e);
        }
        return new Reader(null);
    }

    private void unreadable(IOException e) {
        log.warn("Cannot read {}: {}. Reading the records of the jobs instead.", file, e.toString());
    }

    /** Replaces the index. */
    public Writer write() throws IOException {
        return new Writer();
    }

    /** Counts the damaged lines, without changing anything. 0 if there is no index. */
    long damagedLines() throws IOException {
        try (SeekableByteChannel channel = disk.openForRead(file);
                BufferedReader all =
                        new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), ISO_8859_1))) {
            return all.lines().filter(line -> unsealed(line) == null).count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Returns a line without its checksum; null if it is damaged. */
    private static @Nullable String unsealed(String line) {
        int end = line.lastIndexOf(' ');
        boolean whole = end > 0 && checksum(line.substring(0, end)).equals(line.substring(end + 1));
        return whole ? line.substring(0, end) : null;
    }

    private static String sealed(String line) {
        return line + " " + checksum(line) + "\n";
    }

    private static String text(Traits traits) {
        StringJoiner names = new StringJoiner("&");
        if (traits.name() != null) {
            names.add("=" + encoded(traits.name()));
        }
        if (traits.labels() != null) {
            traits.labels().forEach((key, value) -> names.add(encoded(key) + "=" + encoded(value)));
        }
        return traits.createdMillis() + " " + (traits.processor() == null ? NONE : traits.processor()) + " "
                + (names.length() == 0 ? NONE : names) + " " + text(traits.ended());
    }

    private static String text(@Nullable Ended ended) {
        return ended == null
                ? NONE + " " + NONE
                : ended.atMillis() + " " + (ended.retainFor() == null ? NONE : Retention.text(ended.retainFor()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    /** @throws IllegalArgumentException if they are not those of {@link #text} */
    private static Traits traits(String createdMillis, String processor, String names, @Nullable Ended ended) {
        String name = null;
        Map<String, String> labels = new TreeMap<>();
        for (String pair : names.equals(NONE) ? new String[0] : names.split("&", -1)) {
            int equals = pair.indexOf('=');
            String value = URLDecoder.decode(pair.substring(equals + 1), UTF_8);
            if (equals < 0) {
                throw new IllegalArgumentException("not a label: " + pair);
            } else if (equals == 0) {
                name = value;
            } else {
                labels.put(URLDecoder.decode(pair.substring(0, equals), UTF_8), value);
            }
        }
        return new Traits(
                Long.parseLong(createdMillis),
                processor.equals(NONE) ? null : processor.intern(),
                name,
                labels.isEmpty() ? null : labels,
                ended);
    }

    /** @throws IllegalArgumentException if they are not those of {@link #text} */
    private static @Nullable Ended ended(String millis, String retainFor) {
        if (millis.equals(NONE)) {
            return null;
        }
        return new Ended(
                Long.parseLong(millis),
                retainFor.equals(NONE) ? null : Retention.parse(retainFor).orElseThrow(IllegalArgumentException::new));
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(ISO_8859_1));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /** Finds jobs in the order of their ids. */
    public final class Reader implements Closeable {
        private @Nullable BufferedReader lines;
        private @Nullable SettledJob next;
        private int damaged;

        private Reader(@Nullable SeekableByteChannel channel) {
            if (channel != null) {
                lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), ISO_8859_1));
                if (!HEADER.equals(line())) {
                    log.warn("{} is damaged or of another version. Reading the records of the jobs instead.", file);
                    close();
                }
                next = parse();
            }
        }

        /** Finds a job; null if there is no valid line of it. Call with increasing ids. */
        public @Nullable SettledJob find(JobId id) {
            while (next != null && next.id().compareTo(id) < 0) {
                next = parse();
            }
            return next != null && next.id().equals(id) ? next : null;
        }

        /** Returns the next job with a valid line; null at the end. */
        private @Nullable SettledJob parse() {
            while (lines != null) {
                String line = line();
                String[] fields = line == null ? new String[0] : line.split(" ", -1);
                if (fields.length == FIELDS) {
                    try {
                        return new SettledJob(
                                new JobId(fields[0]),
                                Status.valueOf(fields[1]),
                                fields[2].equals(NONE) ? null : new JobId(fields[2]),
                                fields[3].equals(NONE) ? null : fields[3],
                                traits(fields[4], fields[5], fields[6], ended(fields[7], fields[8])),
                                Long.parseUnsignedLong(fields[9], 16),
                                Long.parseUnsignedLong(fields[10], 16));
                    } catch (IllegalArgumentException e) {
                        damaged++;
                    }
                }
            }
            return null;
        }

        /** Reads a line without its checksum; null if it is damaged, or at the end. */
        private @Nullable String line() {
            try {
                String line = lines == null ? null : lines.readLine();
                if (line == null) {
                    close();
                    return null;
                }
                String unsealed = unsealed(line);
                if (unsealed != null) {
                    return unsealed;
                }
                damaged++;
            } catch (IOException e) {
                unreadable(e);
                close();
            }
            return null;
        }

        @Override
        public void close() {
            BufferedReader open = lines;
            lines = null;
            if (damaged > 0) {
                log.warn("{} has {} damaged lines. Reading the records of those jobs instead.", file, damaged);
                damaged = 0;
            }
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                log.debug("Cannot close {}", file, e);
            }
        }
    }

    /** Writes a new index under a temporary name. */
    public final class Writer implements Closeable {
        private final Path temporary = Replacement.temporaryFor(file);
        private final DiskFile target = disk.open(temporary);
        private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(WRITE_BYTES + 512);

        private Writer() throws IOException {
            target.cutBack(0);
            line(HEADER);
        }

        /** Adds a job. Its id must be larger than those before it. */
        public void add(SettledJob job) throws IOException {
            line(job.id() + " " + job.status() + " " + (job.parentId() == null ? NONE : job.parentId()) + " "
                    + (job.fileId() == null ? NONE : job.fileId()) + " " + text(job.traits()) + " "
                    + Long.toHexString(job.keyDigest()) + " " + Long.toHexString(job.stamp()));
        }

        private void line(String text) throws IOException {
            buffer.writeBytes(sealed(text).getBytes(ISO_8859_1));
            if (buffer.size() >= WRITE_BYTES) {
                flush();
            }
        }

        private void flush() throws IOException {
            target.append(buffer.toByteArray(), 0, buffer.size());
            buffer.reset();
        }

        /** Gives the index its name, after the last job. */
        public void finish() throws IOException {
            flush();
            target.close();
            disk.move(temporary, file);
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
