package org.checkpointrecovery.coding;

import java.util.Arrays;
import org.checkpointrecovery.job.Compression;
import org.jspecify.annotations.Nullable;

/** Detects by its first bytes a file that is certainly not UTF-8 text. */
final class Signs {
    /** Maximum bytes at the start that are inspected. */
    static final int BYTES = 512;

    /**
     * Bytes at the start that must have a pattern of NULs to indicate an encoding without a byte-order mark.
     */
    private static final int NUL_PATTERN_BYTES = 64;

    private static final int TAR_MAGIC_AT = 257;

    private final byte[] start;

    /** @param start the first bytes of the file: {@link #BYTES} of them, or all that it has */
    Signs(byte[] start) {
        this.start = start;
    }

    @Nullable
    Compression compression() {
        if (has(0, 0x1f, 0x8b, 0x08)) {
            return Compression.GZIP;
        }
        return has(0, 0x28, 0xb5, 0x2f, 0xfd) ? Compression.ZSTD : null;
    }

    /** Returns a file format that is neither text nor supported, with an article; null if none is detected. */
    @Nullable
    String otherFormat() {
        if (has(0, 'P', 'K', 3, 4)) {
            return "a ZIP archive (Excel files are ZIP archives)";
        }
        if (has(0, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            return "an xz file";
        }
        if (has(0, 'B', 'Z', 'h') && has(4, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59)) {
            return "a bzip2 file";
        }
        return has(TAR_MAGIC_AT, 'u', 's', 't', 'a', 'r') ? "a tar archive" : null;
    }

    /** Whether there is the byte-order mark of UTF-8. */
    boolean hasUtf8Mark() {
        return has(0, 0xef, 0xbb, 0xbf);
    }

    /** Returns the name of a UTF-16 or UTF-32 encoding; null if none is detected. */
    @Nullable
    String wideEncoding() {
        if (has(0, 0xff, 0xfe, 0, 0)) {
            return "UTF-32LE";
        }
        if (has(0, 0, 0, 0xfe, 0xff)) {
            return "UTF-32BE";
        }
        if (has(0, 0xff, 0xfe)) {
            return "UTF-16LE";
        }
        if (has(0, 0xfe, 0xff)) {
            return "UTF-16BE";
        }
        return start.length < NUL_PATTERN_BYTES ? null : byNuls();
    }

    /**
     * Detects an encoding by its zero bytes: most letters of alphabets have them in UTF-16, and all letters in UTF-32.
     */
    private @Nullable String byNuls() {
        boolean[] nul = new boolean[4]; // whether all bytes at this position in a group of four are 0
        Arrays.fill(nul, true);
        for (int i = 0; i < NUL_PATTERN_BYTES; i++) {
            nul[i % 4] &= start[i] == 0;
        }
        int nuls = (nul[0] ? 1 : 0) | (nul[1] ? 2 : 0) | (nul[2] ? 4 : 0) | (nul[3] ? 8 : 0);
        return switch (nuls) {
            case 0b1010 -> "UTF-16LE";
            case 0b0101 -> "UTF-16BE";
            case 0b1110 -> "UTF-32LE";
            case 0b0111 -> "UTF-32BE";
            default -> null;
        };
    }

    private boolean has(int at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (at + i >= start.length || (start[at + i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
