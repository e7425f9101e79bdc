package org.checkpointrecovery.storage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The checksum that every JSON file of the service ends with: CRC-32C (RFC 3720, appendix B.4) of all bytes before it.
 *
 * <pre>{"version":1,...,"crc32c":"1f2e03aa"}</pre>
 */
final class Checksum {
    /** Name of the field. */
    static final String NAME = "crc32c";

    private static final byte[] FIELD = (",\"" + NAME + "\":\"").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 8;
    private static final int LENGTH = FIELD.length + DIGITS + END.length;

    private Checksum() {}

    /** Appends the checksum to a non-empty JSON object as its last field. */
    static byte[] seal(byte[] jsonObject) {
        int body = jsonObject.length - 1;
        byte[] sealed = Arrays.copyOf(jsonObject, body + LENGTH);
        System.arraycopy(FIELD, 0, sealed, body, FIELD.length);
        byte[] digits = digits(jsonObject, body);
        System.arraycopy(digits, 0, sealed, body + FIELD.length, DIGITS);
        System.arraycopy(END, 0, sealed, body + FIELD.length + DIGITS, END.length);
        return sealed;
    }

    /** @throws DamagedFileException if {@code file} does not end with the checksum of the bytes before it */
    static void verify(byte[] file) throws DamagedFileException {
        int body = file.length - LENGTH;
        if (body < 1
                || !Arrays.equals(file, body, body + FIELD.length, FIELD, 0, FIELD.length)
                || !Arrays.equals(file, file.length - END.length, file.length, END, 0, END.length)) {
            throw new DamagedFileException("it does not end with a checksum (" + file.length + " bytes)");
        }
        byte[] expected = digits(file, body);
        int at = body + FIELD.length;
        if (!Arrays.equals(file, at, at + DIGITS, expected, 0, DIGITS)) {
            throw new DamagedFileException("checksum " + new String(file, at, DIGITS, StandardCharsets.ISO_8859_1)
                    + ", expected " + new String(expected, StandardCharsets.US_ASCII));
        }
    }

    private static byte[] digits(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    }
}
