package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A service for a whole class of tests, and a browser to look at it with. After each test its console must be empty. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // by @BeforeAll
abstract class OpenDashboard {
    @TempDir
    static Path directory;

    Browser browser;
    PackedJar jar;
    Service service;
    String url;

    /** Parts of the console's messages that the test brings about on purpose. */
    private String[] expectedComplaints = {};

    @BeforeAll
    void open() throws IOException {
        browser = Browser.start(directory);
        jar = PackedJar.serve(directory);
        url = jar.url();
        service = new Service(url);
    }

    @BeforeEach
    void expectNoComplaints() {
        expectedComplaints = new String[0];
    }

    @AfterEach
    void nothing_is_complained_of_in_the_console() {
        assertThat(browser.complaints(expectedComplaints)).isEmpty();
    }

    @AfterAll
    void close() {
        // What did not come up, as where there is no browser, is null.
        for (AutoCloseable part : new AutoCloseable[] {browser, service, jar}) {
            if (part != null) {
                closeQuietly(part);
            }
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            System.err.println("Not closed: " + e);
        }
    }

    void expectComplaints(String... parts) {
        expectedComplaints = parts;
    }

    void openPage(String path) {
        browser.open(url + "/#/" + path);
    }

    void openJob(String id) {
        openPage("jobs/" + id);
        browser.awaitAttribute("job", "data-id", id);
    }

    /** Waits until a job's page is shown, and returns the id of the job. */
    String awaitJobPage() {
        browser.awaitShown("job");
        return browser.idOfJob();
    }

    void awaitState(String state) {
        browser.awaitAttribute("job", "data-state", state);
    }

    static Path writeLines(String name, int count) throws IOException {
        List<String> lines = IntStream.range(0, count)
                .mapToObj(i -> "line " + i + " of many")
                .toList();
        return Files.write(directory.resolve(name), lines);
    }
}
