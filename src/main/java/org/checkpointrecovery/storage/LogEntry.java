package org.checkpointrecovery.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * One change of a job's directory, as the {@link JobLog} stores it: a line with the name and size of each file and a
 * checksum of all the rest, then the files' bytes, then a line end.
 *
 * <pre>
 * SUBMITTED 0mh3k2v9x-7fq2mzt4 job.json=512 input.txt=20 1f2e03aa
 * {"version":1, ...
 * </pre>
 *
 * @param files the bytes of each changed file, by its name
 */
record LogEntry(Change change, JobId job, Map<String, byte[]> files) {
    private static final byte LINE_END = '\n';
    private static final int CHECKSUM_DIGITS = 8;
    /** No header is longer: an entry has few files with short names. */
    private static final int MAX_HEADER = 512;

    /** What happened to the job. */
    enum Change {
        /** Its directory was created, with these files. */
        SUBMITTED,
        /** These files were replaced. */
        SAVED,
        /** Its directory was deleted. */
        DELETED
    }

    LogEntry {
        files = new LinkedHashMap<>(files); // keeps the order
    }

    byte[] encode() {
        StringBuilder header = new StringBuilder(change.name()).append(' ').append(job.value());
        int length = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            header.append(' ').append(file.getKey()).append('=').append(file.getValue().length);
            length += file.getValue().length;
        }
        header.append(' ');
        byte[] start = header.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[start.length + CHECKSUM_DIGITS + 1 + length + 1];
        System.arraycopy(start, 0, bytes, 0, start.length);
        int at = start.length + CHECKSUM_DIGITS;
        bytes[at++] = LINE_END;
        int contents = at;
        for (byte[] content : files.values()) {
            System.arraycopy(content, 0, bytes, at, content.length);
            at += content.length;
        }
        bytes[at] = LINE_END;
        byte[] digits = checksum(bytes, 0, start.length, contents, length);
        System.arraycopy(digits, 0, bytes, start.length, CHECKSUM_DIGITS);
        return bytes;
    }

    /**
     * Decodes entries until the first one that is torn or damaged. Such an entry was never confirmed: entries are forced
     * in their order.
     *
     * @param start of the first entry
     */
    static List<LogEntry> decodeAll(byte[] bytes, int start) {
        List<LogEntry> entries = new ArrayList<>();
        int at = start;
        while (at < bytes.length) {
            int headerEnd = headerEnd(bytes, at);
            Header header = headerEnd < 0
                    ? null
                    : Header.parse(new String(bytes, at, headerEnd - at, StandardCharsets.US_ASCII));
            if (header == null || header.contents() > bytes.length - headerEnd - 2) {
                break;
            }
            int contents = headerEnd + 1;
            int end = contents + (int) header.contents();
            int checked = headerEnd - at - CHECKSUM_DIGITS;
            byte[] digits = checksum(bytes, at, checked, contents, (int) header.contents());
            if (bytes[end] != LINE_END || !Arrays.equals(bytes, at + checked, headerEnd, digits, 0, CHECKSUM_DIGITS)) {
                break;
            }
            entries.add(header.entry(bytes, contents));
            at = end + 1;
        }
        return entries;
    }

    private static int headerEnd(byte[] bytes, int from) {
        for (int i = from; i < Math.min(bytes.length, from + MAX_HEADER); i++) {
            if (bytes[i] == LINE_END) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] checksum(byte[] bytes, int header, int headerLength, int contents, int contentsLength) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, header, headerLength);
        crc.update(bytes, contents, contentsLength);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    }

    /** A header that looks right; its checksum is not compared yet. */
    private record Header(Change change, JobId job, Map<String, Integer> sizes) {
        static @Nullable Header parse(String line) {
            String[] words = line.split(" ", -1);
            if (words.length < 3 || !JobId.isValid(words[1]) || words[words.length - 1].length() != CHECKSUM_DIGITS) {
                return null;
            }
            Map<String, Integer> sizes = new LinkedHashMap<>();
            for (String file : List.of(words).subList(2, words.length - 1)) {
                if (!file.matches("[a-z.]+=\\d{1,9}")) {
                    return null;
                }
                int equals = file.indexOf('=');
                sizes.put(file.substring(0, equals), Integer.parseInt(file.substring(equals + 1)));
            }
            for (Change change : Change.values()) {
                if (change.name().equals(words[0])) {
                    return new Header(change, new JobId(words[1]), sizes);
                }
            }
            return null;
        }

        long contents() {
            return sizes.values().stream().mapToLong(Integer::longValue).sum();
        }

        LogEntry entry(byte[] bytes, int contents) {
            Map<String, byte[]> files = new LinkedHashMap<>();
            int at = contents;
            for (Map.Entry<String, Integer> file : sizes.entrySet()) {
                files.put(file.getKey(), Arrays.copyOfRange(bytes, at, at + file.getValue()));
                at += file.getValue();
            }
            return new LogEntry(change, job, files);
        }
    }
}
