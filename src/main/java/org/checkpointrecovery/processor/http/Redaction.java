package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Replaces secrets by {@code ***}, because endpoints may echo their requests. Finds a secret as it is, with line breaks
 * in it, and escaped for JSON, a URL or HTML, even twice and in different ways ({@link Decoding}). A secret that is a
 * whole header, such as {@code Bearer abc}, is also found without its first word, and of {@code Basic} also the
 * password. Does not find a hash of a secret, or a copy that is reversed, Base64-encoded or shortened. Runs in time
 * proportional to the length of a text. Immutable.
 */
final class Redaction {
    private static final String MASK = "***";

    /** A shorter part of a secret occurs in too many texts by chance. */
    private static final int SHORTEST_PART = 4;

    private final List<Needle> needles;

    Redaction(Collection<String> secrets) {
        Set<String> texts = new LinkedHashSet<>(secrets);
        secrets.forEach(secret -> addParts(secret, texts));
        // In a form, a space is a plus sign.
        List.copyOf(texts).forEach(text -> texts.add(text.replace(' ', '+')));
        needles = texts.stream().map(Needle::new).toList();
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
                // not Base64, so it has no password
            }
        }
    }

    boolean isEmpty() {
        return needles.isEmpty();
    }

    /** Masks the secrets in a complete text. */
    String of(String text) {
        return masked(text, false);
    }

    /** Masks the secrets in a text that may be cut at its end, including a partial secret there. */
    String ofBeginning(String text) {
        return masked(text, true);
    }

    private String masked(String text, boolean cut) {
        if (needles.isEmpty() || text.isEmpty()) {
            return text;
        }
        BitSet hidden = new BitSet(text.length());
        find(Decoded.plain(text), cut, hidden);
        for (Decoding outer : Decoding.values()) {
            if (!outer.occursIn(text)) {
                continue;
            }
            Decoded once = Decoded.plain(text).decoded(outer);
            find(once, cut, hidden);
            for (Decoding inner : Decoding.values()) {
                if (once.has(inner)) {
                    find(once.decoded(inner), cut, hidden);
                }
            }
        }
        return hidden.isEmpty() ? text : withMasks(text, hidden);
    }

    private void find(Decoded text, boolean cut, BitSet hidden) {
        needles.forEach(needle -> needle.find(text, cut, hidden));
        if (text.hasLineBreaks()) {
            Decoded joined = text.withoutLineBreaks();
            needles.forEach(needle -> needle.find(joined, cut, hidden));
        }
    }

    private static String withMasks(String text, BitSet hidden) {
        StringBuilder shown = new StringBuilder(text.length());
        int from = 0;
        for (int start = hidden.nextSetBit(0); start >= 0; start = hidden.nextSetBit(from)) {
            shown.append(text, from, start).append(MASK);
            from = hidden.nextClearBit(start);
        }
        return shown.append(text, from, text.length()).toString();
    }

    /** Searches for a text with the Knuth-Morris-Pratt algorithm, in linear time even for repetitive texts. */
    private static final class Needle {
        private final String text;
        /** For each prefix length, the length of the longest proper prefix that is also a suffix. */
        private final int[] fallback;

        Needle(String text) {
            this.text = text;
            this.fallback = new int[text.length() + 1];
            int matched = 0;
            for (int at = 1; at < text.length(); at++) {
                matched = next(matched, text.charAt(at));
                fallback[at + 1] = matched;
            }
        }

        private int next(int matched, char c) {
            int now = matched;
            while (now > 0 && (now == text.length() || text.charAt(now) != c)) {
                now = fallback[now];
            }
            return text.charAt(now) == c ? now + 1 : 0;
        }

        /** Marks the occurrences of the text, in positions of the original. */
        void find(Decoded where, boolean cut, BitSet hidden) {
            int matched = 0;
            for (int at = 0; at < where.length(); at++) {
                matched = next(matched, where.charAt(at));
                if (matched == text.length()) {
                    hidden.set(where.start(at + 1 - matched), where.end(at));
                }
            }
            if (cut && matched >= SHORTEST_PART && matched < text.length()) {
                hidden.set(where.start(where.length() - matched), where.end(where.length() - 1));
            }
        }
    }
}
