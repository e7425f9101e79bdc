package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Puts {@code ***} in the place of secrets, because endpoints repeat what they were sent. A secret that is a whole header,
 * as {@code Bearer abc}, is looked for without its first word too; of {@code Basic}, the password as well.
 */
final class Redaction {
    private static final String MASK = "***";

    /** A shorter part of a secret is in too many texts by chance. */
    private static final int SHORTEST_PART = 4;

    private final List<String> hidden;

    Redaction(Collection<String> secrets) {
        Set<String> texts = new LinkedHashSet<>(secrets);
        secrets.forEach(secret -> addParts(secret, texts));
        hidden = texts.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .toList();
    }

    private static void addParts(String secret, Set<String> texts) {
        int space = secret.indexOf(' ');
        String credentials = secret.substring(space + 1).strip();
        if (space < 0 || credentials.length() < SHORTEST_PART) {
            return;
        }
        texts.add(credentials);
        if (secret.toLowerCase(Locale.ROOT).startsWith("basic ")) {
            try {
                String pair = new String(Base64.getDecoder().decode(credentials), UTF_8);
                String password = pair.substring(pair.indexOf(':') + 1);
                if (password.length() >= SHORTEST_PART) {
                    texts.add(password);
                }
            } catch (IllegalArgumentException e) {
                // it is not Base64, so there is no password in it
            }
        }
    }

    boolean isEmpty() {
        return hidden.isEmpty();
    }

    String of(String text) {
        String masked = text;
        for (String secret : hidden) {
            masked = masked.replace(secret, MASK);
        }
        return masked;
    }
}
