package org.checkpointrecovery.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that signs callbacks, as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> writes it: {@code
 * whsec_} and the base64 of 24 to 64 bytes. {@link #toString} does not show it.
 */
public final class WebhookSecret {
    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec key;

    private WebhookSecret(byte[] key) {
        this.key = new SecretKeySpec(key, HMAC);
    }

    /** Returns the secret; empty if the text is none. */
    public static Optional<WebhookSecret> parse(String text) {
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String encoded = text.substring(PREFIX.length());
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(encoded);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        // Java takes base64 without its padding, which libraries of receivers do not.
        boolean isComplete = Base64.getEncoder().encodeToString(bytes).equals(encoded);
        return isComplete && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES
                ? Optional.of(new WebhookSecret(bytes))
                : Optional.empty();
    }

    /** Returns {@code v1,} and the base64 of the HMAC-SHA256 of {@code id.timestamp.body}. */
    String signature(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "(set)";
    }
}
