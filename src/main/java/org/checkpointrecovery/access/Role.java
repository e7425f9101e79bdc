package org.checkpointrecovery.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a client may do. Each role includes the ones before it. */
public enum Role {
    /** Reads everything and changes nothing. */
    READ,
    /** Uploads files, submits jobs, and steers them. */
    SUBMIT,
    /** Deletes, and rehearses failures. */
    ADMIN;

    /** Returns the word for it in files and messages. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> of(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }

    public boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }
}
