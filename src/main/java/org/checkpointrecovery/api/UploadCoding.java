package org.checkpointrecovery.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import org.checkpointrecovery.coding.DecodedStream;
import org.checkpointrecovery.coding.GzipMembers;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.coding.ZstdDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The compression of an upload, and the header or parameter that declares it. {@code Content-Encoding} takes precedence, then
 * the ending of the name, then the media type.
 *
 * @param name the name of the decompressed file, or null
 */
record UploadCoding(Kind kind, String saidBy, @Nullable String name) {
    private static final Map<String, Kind> ENDINGS = Map.of(".gz", Kind.GZIP, ".zst", Kind.ZSTD);
    private static final Map<String, Kind> MEDIA_TYPES =
            Map.of("application/gzip", Kind.GZIP, "application/x-gzip", Kind.GZIP, "application/zstd", Kind.ZSTD);

    enum Kind {
        NONE,
        GZIP,
        ZSTD
    }

    static UploadCoding of(@Nullable String contentEncoding, @Nullable String contentType, @Nullable String name) {
        if (contentEncoding != null && !contentEncoding.isBlank()) {
            return new UploadCoding(named(contentEncoding), "Content-Encoding", name);
        }
        String lowerName = name == null ? "" : name.toLowerCase(Locale.ROOT);
        for (Map.Entry<String, Kind> ending : ENDINGS.entrySet()) {
            if (name != null
                    && lowerName.endsWith(ending.getKey())
                    && name.length() > ending.getKey().length()) {
                String decoded =
                        name.substring(0, name.length() - ending.getKey().length());
                return new UploadCoding(ending.getValue(), "its name", decoded);
            }
        }
        String mediaType =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return new UploadCoding(MEDIA_TYPES.getOrDefault(mediaType, Kind.NONE), "Content-Type", name);
    }

    private static Kind named(String contentEncoding) {
        return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
            case "identity" -> Kind.NONE;
            case "gzip", "x-gzip" -> Kind.GZIP;
            case "zstd" -> Kind.ZSTD;
            default ->
                throw Problem.of(
                                Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                                "The Content-Encoding \"" + contentEncoding
                                        + "\" is not supported. Nothing was kept. Send the file uncompressed, or with gzip or zstd.")
                        .exception();
        };
    }

    /** Throws a 415 if the JVM does not support the coding. */
    void requireDecoder() {
        if (kind == Kind.ZSTD && !ZstdDecoder.isAvailable()) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "This service cannot decompress zstd with its Java runtime. Nothing was kept. Send the file"
                                    + " with gzip or uncompressed, or start the service with"
                                    + " --sun-misc-unsafe-memory-access=allow.")
                    .exception();
        }
    }

    /** Returns the decompressed bytes. Reading throws an {@link UndecodableException} if they are damaged. */
    InputStream decode(InputStream body) throws IOException {
        return switch (kind) {
            case NONE -> body;
            case GZIP -> new DecodedStream(body, GzipMembers::new);
            case ZSTD -> new DecodedStream(body, ZstdDecoder::decoded);
        };
    }

    ProblemException bad(UndecodableException why) {
        String coding = kind.name().toLowerCase(Locale.ROOT);
        return Problem.of(
                        Problem.Kind.BAD_REQUEST,
                        "The body cannot be decompressed as " + coding + ", which " + saidBy + " declares: "
                                + why.getMessage() + ". Nothing was kept. Send the complete body again, or, to store it"
                                + " unchanged, with Content-Encoding: identity.")
                .exception();
    }
}
