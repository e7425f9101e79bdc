package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.api.CallbackReceiver;
import org.checkpointrecovery.api.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library that Standard Webhooks publishes for receivers verifies our callbacks. {@code .ci/run} installs it. */
class StandardWebhooksIT {
    private static final String LOAD = """
            const { Webhook } = require(
                require('node:child_process').execSync('npm root --global').toString().trim() + '/standardwebhooks');
            """;
    private static final String VERIFY = LOAD + """
            const [secret, id, timestamp, signature, body] = process.argv.slice(2);
            const headers = {'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature};
            try {
              console.log('accepted: ' + new Webhook(secret).verify(body, headers).jobId);
            } catch (e) {
              console.log('rejected: ' + e.message);
            }
            """;
    private static final String OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String NO_MATCH = "rejected: No matching signature found\n";

    @TempDir
    Path directory;

    private Path verify;

    @BeforeEach
    void needsTheLibrary() throws Exception {
        Program.needs("node", "-e", LOAD);
        verify = Files.writeString(directory.resolve("verify.js"), VERIFY);
    }

    private CallbackReceiver.Received callback(String... options) throws Exception {
        try (CallbackReceiver receiver = new CallbackReceiver();
                PackedJar jar = PackedJar.serve(directory, options);
                Service service = new Service(jar.url())) {
            String unused = service.submit(
                    "{\"name\":\"Grüße\",\"input\":{\"items\":[\"a\"]},\"callbackUrl\":\"" + receiver.url() + "\"}");
            receiver.await(1);
            return receiver.received().get(0);
        }
    }

    private String verified(String secret, String id, String timestamp, String signature, String body)
            throws Exception {
        return Program.run(directory, "node", verify.toString(), secret, id, timestamp, signature, body);
    }

    @Test
    void the_library_accepts_a_callback_with_the_secret_of_the_key_file_and_rejects_one_that_was_changed()
            throws Exception {
        CallbackReceiver.Received it = callback();
        String secret = Files.readString(directory.resolve("data/callback-key")).strip();
        String jobId = it.json().get("jobId").textValue();
        assertThat(verified(secret, it.id(), it.timestamp(), it.signature(), it.body()))
                .isEqualTo("accepted: " + jobId + "\n");
        assertThat(verified(secret, it.id(), it.timestamp(), it.signature(), it.body() + " "))
                .isEqualTo(NO_MATCH);
        assertThat(verified(secret, it.id().replace("-1-", "-2-"), it.timestamp(), it.signature(), it.body()))
                .isEqualTo(NO_MATCH);
        String later = String.valueOf(Long.parseLong(it.timestamp()) + 1);
        assertThat(verified(secret, it.id(), later, it.signature(), it.body())).isEqualTo(NO_MATCH);
        assertThat(verified(OTHER_SECRET, it.id(), it.timestamp(), it.signature(), it.body()))
                .isEqualTo(NO_MATCH);
    }

    @Test
    void the_library_accepts_a_callback_with_the_secret_of_the_operator() throws Exception {
        Path secrets = Files.writeString(directory.resolve("secrets"), "CALLBACK_KEY=" + OTHER_SECRET + "\n");
        CallbackReceiver.Received it = callback("--secrets-file", secrets.toString());
        assertThat(verified(OTHER_SECRET, it.id(), it.timestamp(), it.signature(), it.body()))
                .startsWith("accepted: ");
    }
}
