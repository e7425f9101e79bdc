package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with a random 32-byte key, in one line as receivers of webhooks take it. Only its owner can read it.
 *
 * <pre>
 * whsec_ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=
 * </pre>
 *
 * Older versions wrote the same bytes as 64 hexadecimal digits.
 */
public final class KeyFile {
    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);
    private static final int KEY_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("whsec_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");
    private static final Pattern OLDER_FORM = Pattern.compile("[0-9a-f]{64}");

    private final Disk disk;
    private final Path file;

    public KeyFile(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    /**
     * Restricts an existing key file to its owner, because an older version, a backup or a copy may have left it
     * readable, and rewrites one of an older version, so that operators find the form that receivers take.
     */
    public void prepare() throws IOException {
        if (disk.restrictToOwner(file)) {
            log.warn(
                    "The key in {} was accessible to other users. Its permissions are now 0600. If someone may have "
                            + "read it, delete the file to get a new key, and give that to the callback receivers.",
                    file);
        }
        try {
            if (disk.exists(file) && OLDER_FORM.matcher(read()).matches()) {
                write(readOrCreate());
            }
        } catch (IOException e) { // a service starts on a full disk, and the key can be used as it is
            log.warn("Cannot rewrite the key in {} as whsec_…: {}", file, e.toString());
        }
    }

    /**
     * Returns the key as {@code whsec_} and base64. Creates the key if it does not exist; a new key survives a power cut
     * before it is returned.
     */
    public String readOrCreate() throws IOException {
        if (!disk.exists(file)) {
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            write(text(key));
        }
        String key = read();
        if (OLDER_FORM.matcher(key).matches()) {
            return text(HexFormat.of().parseHex(key));
        }
        requireForm(key);
        return key;
    }

    /** Throws if there is a key and it cannot be used. Changes nothing. */
    void check() throws IOException {
        if (disk.exists(file)) {
            String key = read();
            if (!OLDER_FORM.matcher(key).matches()) {
                requireForm(key);
            }
        }
    }

    private void requireForm(String key) throws DamagedFileException {
        if (!FORM.matcher(key).matches()) {
            throw new DamagedFileException("The key in " + file + " is not whsec_ and 44 characters of base64. Nothing"
                    + " was changed. Restore the file, or delete it to get a new key");
        }
    }

    private String read() throws IOException {
        return new String(disk.read(file), US_ASCII).strip();
    }

    private static String text(byte[] key) {
        return "whsec_" + Base64.getEncoder().encodeToString(key);
    }

    private void write(String key) throws IOException {
        Path temporary = Replacement.temporaryFor(file);
        byte[] bytes = (key + "\n").getBytes(US_ASCII);
        try (DiskFile open = disk.open(temporary)) {
            disk.restrictToOwner(temporary); // before there is a key to read
            open.cutBack(0);
            open.append(bytes, 0, bytes.length);
            open.force();
        }
        disk.move(temporary, file);
        disk.forceDirectory(Replacement.directoryOf(file));
    }
}
