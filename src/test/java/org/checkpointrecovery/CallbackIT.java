package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import kong.unirest.core.HttpResponse;
import org.checkpointrecovery.api.CallbackReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks of a service that ends between the end of a job and the receiver's answer. */
class CallbackIT {
    private static final String KEY = "whsec_QSBrZXkgb2YgdGhlIG9wZXJhdG9yJ3MsIDMyIGI=";

    @TempDir
    Path directory;

    private PackedJar serve() throws Exception {
        Path secrets = Files.writeString(directory.resolve("secrets"), "OTHER=x\nCALLBACK_KEY=" + KEY + "\n");
        return PackedJar.serve(directory, "--secrets-file", secrets.toString());
    }

    private static String complete(Service service, CallbackReceiver receiver) throws Exception {
        String id = service.submit("{\"input\":{\"items\":[\"a\"]},\"callbackUrl\":\"" + receiver.url() + "\"}");
        service.awaitState(id, "COMPLETED");
        return id;
    }

    @Test
    void a_callback_that_a_kill_broke_off_is_made_again_with_the_same_id_and_signed_by_the_operators_key()
            throws Exception {
        try (CallbackReceiver receiver = new CallbackReceiver()) {
            receiver.hold();
            String id;
            try (PackedJar jar = serve();
                    Service service = new Service(jar.url())) {
                id = complete(service, receiver);
                receiver.await(1);
                jar.kill();
            }
            receiver.release();
            try (PackedJar jar = serve()) {
                jar.url();
                receiver.await(2);
            }
            assertThat(receiver.ids()).hasSize(2).containsOnly(id + "-1-COMPLETED");
            for (CallbackReceiver.Received received : receiver.received()) {
                assertThat(received.signature()).isEqualTo(received.signatureBy(KEY));
                assertThat(received.body()).isEqualTo(receiver.received().get(0).body());
            }
            assertThat(directory.resolve("data").resolve("jobs")).exists();
            assertThat(directory.resolve("data").resolve("callback-key")).doesNotExist();
        }
    }

    /** Else a client could send it to where it may call. */
    @Test
    void no_spec_can_name_the_key() throws Exception {
        try (PackedJar jar = serve();
                Service service = new Service(jar.url())) {
            HttpResponse<String> answer = service.post("/v1/jobs", """
                    {"input":{"items":["a"]},"processor":{"type":"http","url":"http://127.0.0.1:1/",
                     "headers":{"X":{"secret":"CALLBACK_KEY"}}}}""");
            assertThat(answer.getStatus()).isEqualTo(422);
            assertThat(answer.getBody()).contains("/processor/headers/X").doesNotContain(KEY);
        }
    }

    @Test
    void a_stop_does_not_wait_for_a_receiver_that_hangs_and_the_next_start_tells_it() throws Exception {
        try (CallbackReceiver receiver = new CallbackReceiver()) {
            receiver.hold();
            try (PackedJar jar = serve()) {
                try (Service service = new Service(jar.url())) {
                    String unused = complete(service, receiver);
                }
                receiver.await(1);
                jar.terminate();
                assertThat(jar.exitCode()).isIn(0, 143);
                assertThat(jar.log()).contains("Stopped");
            }
            receiver.release();
            try (PackedJar jar = serve()) {
                jar.url();
                receiver.await(2);
            }
            assertThat(receiver.ids().get(1)).isEqualTo(receiver.ids().get(0));
        }
    }
}
