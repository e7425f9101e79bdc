package org.checkpointrecovery.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
    /** The example in the tests of the libraries of Standard Webhooks. */
    @Test
    void the_signature_is_that_of_standard_webhooks() {
        WebhookSecret secret =
                WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").orElseThrow();
        assertThat(secret.signature(
                        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}".getBytes(UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 25, 32, 64})
    void from_24_to_64_bytes_are_a_secret(int bytes) {
        assertThat(WebhookSecret.parse(secretOf(bytes))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 65})
    void fewer_or_more_bytes_are_none(int bytes) {
        assertThat(WebhookSecret.parse(secretOf(bytes))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whsec_",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
                "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", // without its padding
                "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB==" // bits that belong to no byte
            })
    void what_a_library_of_a_receiver_may_read_otherwise_is_none(String text) {
        assertThat(WebhookSecret.parse(text)).isEmpty();
    }

    @Test
    void its_text_does_not_show_it() {
        assertThat(WebhookSecret.parse(secretOf(32)).orElseThrow()).hasToString("(set)");
    }

    private static String secretOf(int bytes) {
        return "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);
    }
}
