package org.checkpointrecovery.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Takes fields out of stored files. */
final class StoredFields {
    private StoredFields() {}

    /** Removes fields that have a string or a number as their value, and gives the file its checksum. */
    static void remove(Path file, String... fields) throws IOException {
        String json = Files.readString(file);
        for (String field : fields) {
            String without = json.replaceAll("\"" + field + "\":(\"[^\"]*\"|-?\\d+|null),", "");
            if (without.equals(json)) {
                throw new AssertionError("no field " + field + " in " + json);
            }
            json = without;
        }
        String body = json.substring(0, json.lastIndexOf(",\"crc32c\""));
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, body + ",\"crc32c\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"}\n");
    }
}
