package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a service that is killed, and of one that asks for a token. */
class DashboardServiceIT extends OpenDashboard {
    private static final String TOKEN = "a-token-of-a-good-length";

    @TempDir
    Path own;

    @Test
    void a_page_goes_on_by_itself_when_the_service_was_killed_and_is_back() throws Exception {
        expectComplaints(
                "ERR_CONNECTION_REFUSED",
                "ERR_INCOMPLETE_CHUNKED_ENCODING",
                "ERR_CONNECTION_RESET",
                "ERR_EMPTY_RESPONSE",
                "status of 503");
        String id;
        int port;
        try (PackedJar killed = PackedJar.serve(own)) {
            url = killed.url();
            port = URI.create(url).getPort();
            try (Service client = new Service(url)) {
                id = client.submit("""
                        {"input":{"items":[%s]},"batchSize":1,"commit":"each","faults":{"itemDelayMillis":100}}""".formatted("\"x\",".repeat(79) + "\"x\""));
            }
            openJob(id);
            awaitState("RUNNING");
            browser.script("window.loadedOnce = true");
            browser.await("the bar moves", () -> !browser.text("percent").startsWith("0.0"));
            killed.kill();
        }
        browser.awaitShown("connection");
        try (PackedJar back = PackedJar.serve(own, port);
                Service client = new Service(back.url())) {
            awaitState("COMPLETED");
            browser.awaitGone("connection");
            browser.awaitText("percent", "100");
            assertThat(browser.holds("return window.loadedOnce"))
                    .as("the page was not loaded again")
                    .isTrue();
            assertThat(client.job(id).get("runs")).hasSize(2);
            browser.leave();
        }
    }

    @Test
    void a_job_whose_cluster_is_not_there_says_so_in_the_list_on_its_page_and_in_the_log() throws Exception {
        try (PackedJar waiting = PackedJar.serve(own, "--flink-url", "http://127.0.0.1:1");
                Service client = new Service(waiting.url())) {
            url = client.url();
            openPage("");
            String id = client.submit("{\"input\":{\"items\":[\"a\"]},\"engine\":\"flink\"}");
            browser.awaitText("row-waiting", "Waiting for the JobManager: no valid answer since ");
            openJob(id);
            browser.awaitText("waiting", "Waiting for the JobManager: no valid answer since ");
            browser.click("action-cancel");
            awaitState("CANCELLED");
            browser.awaitGone("waiting");
            browser.leave();
            waiting.terminate();
            assertThat(waiting.exitCode()).isIn(0, 143);
            assertThat(waiting.log().lines().filter(line -> line.contains(id + ": waiting for the JobManager")))
                    .hasSize(1);
        }
    }

    @Test
    void a_token_is_asked_for_until_it_is_right_and_kept_for_the_session_alone() throws Exception {
        expectComplaints("status of 401");
        Path file = Files.writeString(own.resolve("token"), TOKEN);
        try (PackedJar guarded = PackedJar.serve(own, "--token-file", file.toString());
                Service client = new Service(guarded.url())) {
            url = client.url();
            client.http().config().setDefaultHeader("Authorization", "Bearer " + TOKEN);
            String id = client.submit("{\"name\":\"guarded\",\"input\":{\"items\":[\"a\"]}}");
            client.awaitState(id, "COMPLETED");

            openPage("jobs");
            browser.awaitShown("token-dialog");
            assertThat(browser.attribute("token", "type")).isEqualTo("password");
            browser.type("token", "a-wrong-token-of-that-length");
            browser.click("token-save");
            browser.awaitText("token-dialog", "not accepted");
            browser.type("token", TOKEN);
            browser.click("token-save");
            browser.awaitGone("token-dialog");
            browser.awaitText("jobs", "guarded");

            openJob(id); // and is not asked again
            awaitState("COMPLETED");
            assertThat(browser.isShown("token-dialog")).isFalse();
            assertThat(browser.count("[data-testid=curl]")).isPositive();
            assertThat(browser.holds("return !document.documentElement.outerHTML.includes(arguments[0])", TOKEN))
                    .as("the token is nowhere in the page")
                    .isTrue();
            assertThat(browser.holds("return JSON.stringify({...sessionStorage}).includes(arguments[0])", TOKEN))
                    .as("the token is in the session's storage")
                    .isTrue();
            assertThat(browser.holds("return localStorage.length === 0 && document.cookie === ''"))
                    .as("nothing is kept beyond the session")
                    .isTrue();
            assertThat(browser.driver().manage().getCookies()).isEmpty();
            assertThat(browser.strings("return performance.getEntries().map(entry => entry.name)"))
                    .noneMatch(address -> address.contains(TOKEN));
            assertThat(browser.download("download-results")).isEqualTo(client.results(id));
            browser.leave();
        }
    }

    @Test
    void a_token_for_reading_shows_jobs_and_why_it_cannot_change_them() throws Exception {
        expectComplaints("status of 401", "status of 403");
        Path file = Files.writeString(own.resolve("tokens"), "viewer:read:" + TOKEN + "\nci:submit:" + TOKEN + "2\n");
        try (PackedJar guarded = PackedJar.serve(own, "--token-file", file.toString());
                Service client = new Service(guarded.url())) {
            url = client.url();
            client.http().config().setDefaultHeader("Authorization", "Bearer " + TOKEN + "2");
            String id = client.submit("{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
            openJob(id);
            browser.awaitShown("token-dialog");
            browser.type("token", TOKEN);
            browser.click("token-save");
            browser.awaitGone("token-dialog");
            awaitState("CREATED");
            browser.awaitText("job", " by ci");
            browser.click("action-start");
            browser.awaitText("job", "needs a token with the role submit; the token of viewer has the role read");
            assertThat(client.job(id).get("state").textValue()).isEqualTo("CREATED");
            browser.leave();
        }
    }

    @Test
    void the_api_reference_asks_for_the_token_and_sends_it_with_its_calls() throws Exception {
        expectComplaints("401");
        Path own = Files.createDirectory(directory.resolve("reference"));
        Path file = Files.writeString(own.resolve("token"), TOKEN);
        try (PackedJar guarded = PackedJar.serve(own, "--token-file", file.toString())) {
            url = guarded.url();
            openPage("jobs");
            browser.awaitShown("token-dialog");
            browser.open(url + "/docs");
            browser.awaitShown("token-dialog");
            browser.type("token", TOKEN);
            browser.click("token-save");
            browser.awaitText("reference", "Validate a job without submitting it");
            browser.script("""
                    document.querySelector('#operations-Jobs-listJobs .opblock-summary-control').click();
                    """);
            browser.await("the button", () -> browser.count("#operations-Jobs-listJobs .try-out__btn") == 1);
            browser.script("document.querySelector('#operations-Jobs-listJobs .try-out__btn').click();");
            browser.await("the form", () -> browser.count("#operations-Jobs-listJobs .execute") == 1);
            browser.script("document.querySelector('#operations-Jobs-listJobs .execute').click();");
            browser.await("the response", () -> browser.holds("""
                    const status = document.querySelector('.live-responses-table tbody .response-col_status');
                    return status !== null && status.textContent.startsWith('200');
                    """));
            browser.leave();
        }
    }
}
