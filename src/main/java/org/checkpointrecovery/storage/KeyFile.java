package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file with a random 32-byte key, written as 64 hexadecimal digits and a line end. Only its owner can read it. */
public final class KeyFile {
    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);
    private static final int KEY_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    private final Disk disk;
    private final Path file;

    public KeyFile(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    /**
     * Restricts an existing key file to its owner. An older version, a backup or a copy may have left it readable.
     */
    public void restrictToOwner() throws IOException {
        if (disk.restrictToOwner(file)) {
            log.warn(
                    "The key in {} was accessible to other users. Its permissions are now 0600. If someone may have "
                            + "read it, delete the file to get a new key, and give that to the callback receivers.",
                    file);
        }
    }

    /**
     * Returns the key's digits. Creates the key if it does not exist; a new key survives a power cut before it is
     * returned.
     */
    public String readOrCreate() throws IOException {
        if (!disk.exists(file)) {
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            write(HexFormat.of().formatHex(key) + "\n");
        }
        String key = new String(disk.read(file), US_ASCII).strip();
        if (!FORM.matcher(key).matches()) {
            throw new DamagedFileException("The key in " + file + " is not 64 hexadecimal digits. Nothing was changed."
                    + " Restore the file, or delete it to get a new key");
        }
        return key;
    }

    private void write(String text) throws IOException {
        Path temporary = Replacement.temporaryFor(file);
        byte[] bytes = text.getBytes(US_ASCII);
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
