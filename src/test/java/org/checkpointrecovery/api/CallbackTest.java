package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.outbound.AddressRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackTest {
    private final MoodyDisk disk = new MoodyDisk();
    private CallbackReceiver receiver;
    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startServices(@TempDir Path directory) throws IOException {
        receiver = new CallbackReceiver();
        service = TestServer.in(directory).disk(disk).start();
        http = service.client();
    }

    @AfterEach
    void stopServices() {
        service.close();
        receiver.close();
    }

    private String spec(String rest) {
        return "{\"name\":\"told\",\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"callbackUrl\":\"" + receiver.url() + "\""
                + rest + "}";
    }

    private void awaitSettled(String id) {
        Await.until(
                "it is settled",
                () -> record(id),
                record -> record.contains("\"pending\":[]") && !record.contains("\"ends\":{\"count\":0"));
    }

    /** Returns the record on disk; an empty text until it is written. */
    private String record(String id) {
        try {
            return Files.readString(service.jobFile(id, "job.json"));
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void an_end_is_told_once_and_signed() throws Exception {
        Instant before = Instant.now();
        String id = http.complete(spec(""));
        awaitSettled(id);
        assertThat(receiver.received()).hasSize(1);
        CallbackReceiver.Received told = receiver.received().get(0);
        assertThat(told.id()).isEqualTo(id + "-1-COMPLETED");
        JsonNode job = Json.mapper().readTree(http.job(id).text()); // as the callback is read
        assertThat(told.json().get("jobId").textValue()).isEqualTo(id);
        assertThat(told.json().get("name").textValue()).isEqualTo("told");
        for (String field : List.of("state", "outcome", "stateReason", "progress")) {
            assertThat(told.json().get(field))
                    .as(field)
                    .hasToString(job.get(field).toString());
        }
        assertThat(told.json().get("at")).isEqualTo(job.get("endedAt"));
        Path file = service.data().resolve("callback-key");
        String key = Files.readString(file).strip();
        assertThat(key).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(told.signature()).isEqualTo(told.signatureBy(key));
        assertThat(Instant.ofEpochSecond(Long.parseLong(told.timestamp())))
                .isBetween(before.truncatedTo(ChronoUnit.SECONDS), Instant.now());

        service.restart();
        http = service.client();
        awaitSettled(http.complete(spec("")));
        assertThat(receiver.received()).as("what was told is not told again").hasSize(2);
        assertThat(Files.readString(file).strip()).isEqualTo(key);
    }

    @Test
    void a_receiver_that_is_in_trouble_is_tried_again_with_the_same_id() {
        receiver.refuse(2, 500);
        String id = http.complete(spec(""));
        awaitSettled(id);
        assertThat(receiver.received()).hasSize(3);
        assertThat(receiver.ids()).containsOnly(id + "-1-COMPLETED");
        assertThat(receiver.received().stream()
                        .map(CallbackReceiver.Received::body)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void a_receiver_that_never_takes_it_is_given_up_after_eight_attempts() {
        receiver.refuse(100, 500);
        awaitSettled(http.complete(spec("")));
        assertThat(receiver.received()).hasSize(8);
    }

    @Test
    void a_refusal_and_a_redirect_are_final() {
        for (int status : new int[] {404, 307, 501}) {
            receiver.forget();
            receiver.refuse(1, status);
            awaitSettled(http.complete(spec("")));
            assertThat(receiver.received()).hasSize(1);
        }
    }

    @Test
    void what_is_owed_is_told_after_a_restart() {
        receiver.hold();
        String id = http.submit(spec(",\"start\":false"));
        http.ask(id, "cancel").is(202);
        receiver.await(1);
        service.stop();
        receiver.release();
        service.start();
        http = service.client();
        awaitSettled(id);
        assertThat(receiver.received()).hasSize(2);
        assertThat(receiver.received().get(1).id())
                .isEqualTo(receiver.received().get(0).id());
        assertThat(receiver.received().get(1).body())
                .isEqualTo(receiver.received().get(0).body());
    }

    @Test
    void each_end_of_a_job_is_told() {
        String id = http.submit(spec(",\"onItemError\":\"fail\",\"faults\":{\"failItems\":[1]}"));
        http.await(id, "FAILED");
        awaitSettled(id);
        http.ask(id, "cancel").is(202);
        receiver.await(2);
        assertThat(receiver.ids()).containsExactly(id + "-1-FAILED", id + "-2-CANCELLED");
        assertThat(receiver.received().get(0).json().at("/stateReason/code").textValue())
                .isEqualTo(http.job(id).text("/runs/0/reason/code"));
    }

    /** A job whose input is gone. */
    private String failAtOnce() throws IOException {
        Path input = service.input("lines.txt", "a\nb\n");
        String id = http.submit(
                spec(",\"start\":false").replace("{\"items\":[\"a\",\"b\",\"c\"]}", "{\"path\":\"lines.txt\"}"));
        Files.move(input, input.resolveSibling("aside"));
        http.ask(id, "start").is(202);
        http.await(id, "FAILED");
        return id;
    }

    private void mendInput() throws IOException {
        Path input = service.inputs().resolve("lines.txt");
        Files.move(input.resolveSibling("aside"), input);
    }

    @Test
    void the_ends_of_a_job_that_is_resumed_are_told_in_their_order() throws IOException {
        receiver.refuse(1, 500);
        receiver.hold();
        String id = failAtOnce();
        receiver.await(1);
        mendInput();
        http.resume(id);
        receiver.release();
        receiver.await(3);
        assertThat(receiver.ids()).containsExactly(id + "-1-FAILED", id + "-1-FAILED", id + "-2-COMPLETED");
        assertThat(receiver.received().stream().map(CallbackReceiver.Received::state))
                .containsExactly("FAILED", "FAILED", "COMPLETED");
    }

    @Test
    void each_end_has_an_id_of_its_own_also_without_a_run_between() throws IOException {
        String id = http.submit(spec(",\"start\":false"));
        Files.createDirectory(service.writtenFile(id, "checkpoint.json")); // so that no run can begin
        http.ask(id, "start").is(202);
        receiver.await(1);
        http.ask(id, "resume").is(202);
        receiver.await(2);
        service.restart();
        http = service.client();
        http.ask(id, "resume").is(202);
        receiver.await(3);
        assertThat(receiver.ids()).containsExactly(id + "-1-FAILED", id + "-2-FAILED", id + "-3-FAILED");
        assertThat(http.job(id).json().get("runs")).isEmpty();
    }

    @Test
    void an_end_that_the_job_has_left_is_told_after_a_restart() throws IOException {
        receiver.hold();
        String id = failAtOnce();
        receiver.await(1);
        mendInput();
        http.resume(id);
        service.stop();
        receiver.release();
        service.start();
        http = service.client();
        receiver.await(3);
        assertThat(receiver.ids()).containsExactly(id + "-1-FAILED", id + "-1-FAILED", id + "-2-COMPLETED");
        assertThat(receiver.received().get(1).body())
                .isEqualTo(receiver.received().get(0).body());
        awaitSettled(id);
    }

    @Test
    void an_end_that_is_not_on_disk_is_not_told() {
        awaitSettled(http.complete(spec(""))); // there is a key now
        receiver.forget();
        disk.holdResults();
        String id = http.submit(spec(",\"batchSize\":1,\"commit\":\"each\""));
        disk.awaitHeldResults();
        disk.fill();
        disk.releaseResults();
        http.await(id, "FAILED");
        disk.freeSpace();
        http.resume(id);
        receiver.await(1);
        awaitSettled(id);
        assertThat(receiver.ids()).containsExactly(id + "-1-COMPLETED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789abcdef\n", "garbage", "whsec_ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8"})
    void a_damaged_key_signs_nothing_and_what_is_owed_is_told_when_it_is_mended(String damaged) throws IOException {
        Path file = service.data().resolve("callback-key");
        Files.writeString(file, damaged);
        String id = http.complete(spec(""));
        service.stop();
        assertThat(receiver.received()).isEmpty();
        assertThat(file).hasContent(damaged);
        String mended = "whsec_ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";
        Files.writeString(file, mended);
        service.start();
        http = service.client();
        awaitSettled(id);
        assertThat(receiver.ids()).containsExactly(id + "-1-COMPLETED");
        assertThat(receiver.received().get(0).signature())
                .isEqualTo(receiver.received().get(0).signatureBy(mended));
    }

    @Test
    void a_stop_breaks_a_callback_off_and_does_not_wait_for_a_receiver_that_hangs() {
        receiver.hold();
        String id = http.complete(spec(""));
        receiver.await(1);
        assertThat(callbackThreads()).isPositive();
        service.stop();
        assertThat(callbackThreads()).as("nobody waits for the answer any more").isZero();
        receiver.release();
        service.start();
        http = service.client();
        receiver.await(2);
        assertThat(receiver.ids()).containsOnly(id + "-1-COMPLETED");
    }

    /** Of this service: no other test makes callbacks at the same time. */
    private static long callbackThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http-timers"))
                .count();
    }

    @Test
    void a_job_without_a_url_tells_no_one() {
        String id = http.complete("{\"input\":{\"items\":[\"a\"]}}");
        Await.until("its record is written", () -> record(id).contains("\"Completed\""));
        assertThat(record(id)).contains("\"ends\":{\"count\":0,\"pending\":[]}");
        assertThat(receiver.received()).isEmpty();
        assertThat(service.data().resolve("callback-key")).doesNotExist();
    }

    @Test
    void a_url_that_the_rules_do_not_allow_is_refused_and_not_called_later() {
        String id = http.submit(spec(",\"start\":false"));
        service.stop().addressRules(AddressRules.publicOnly("--http-allow")).start();
        http = service.client();
        http.post("/v1/jobs", spec("")).isInvalid("/callbackUrl");
        String byName = spec("").replace("127.0.0.1", "localhost");
        awaitSettled(http.complete(byName));
        http.ask(id, "start").is(202);
        http.await(id, "COMPLETED");
        awaitSettled(id);
        assertThat(receiver.received()).isEmpty();
    }
}
