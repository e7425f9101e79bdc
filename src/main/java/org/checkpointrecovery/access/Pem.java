package org.checkpointrecovery.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a PEM file (RFC 7468). Text between blocks is ignored.
 *
 * @param label such as {@code CERTIFICATE}
 */
record Pem(String label, String base64) {
    private static final String BEGIN = "-----BEGIN ";
    private static final Pattern BLOCK = Pattern.compile(BEGIN + "([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /** Returns the blocks of a file. */
    static List<Pem> blocks(OptionFile file, byte[] content) throws InvalidFilesException {
        String text = new String(content, ISO_8859_1);
        List<Pem> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        try {
            while (matcher.find()) {
                Pem block = new Pem(matcher.group(1), matcher.group(2));
                byte[] unused = block.der();
                blocks.add(block);
            }
        } catch (IllegalArgumentException e) {
            throw file.problem("is not valid PEM: a block is not base64");
        }
        if (text.split(BEGIN, -1).length - 1 != blocks.size()) { // perhaps it is being written
            throw file.problem("is not valid PEM: a block is incomplete");
        }
        return blocks;
    }

    /** Returns the content. Characters outside base64 are ignored. */
    byte[] der() {
        return Base64.getMimeDecoder().decode(base64);
    }
}
