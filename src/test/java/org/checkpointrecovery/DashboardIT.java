package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.interactions.Actions;

/** What a person does with the dashboard, in a browser. */
class DashboardIT extends OpenDashboard {
    private static final String HOSTILE = "<img src=x onerror=\"document.title='hacked'\">";
    private static final String INVALID = "status of 422";
    private static final int MOST_TAB_STOPS = 60;

    @Test
    void a_file_is_submitted_crashed_and_resumed_and_its_results_are_those_of_a_clean_job() throws Exception {
        Path file = writeLines("to-crash.txt", 60);
        String clean = service.submit("{\"input\":{\"path\":\"to-crash.txt\"}}");

        openPage("submit");
        browser.choose("file", file.toString());
        browser.type("name", "by file");
        browser.type("batch-size", "5");
        browser.click("faults");
        browser.type("item-delay", "50");
        browser.click("submit");

        String id = awaitJobPage();
        browser.await("the bar moves", () -> {
            double percent = percent();
            return percent > 0 && percent < 100;
        });
        double before = percent();
        browser.await("the bar moves on", () -> percent() > before);
        browser.click("action-crash");
        awaitState("CRASHED");
        browser.awaitText("job", "Crashed");
        assertThat(percent()).isBetween(1.0, 99.0);
        browser.click("action-resume");
        awaitState("COMPLETED");
        browser.await("the bar is full", () -> percent() == 100);

        byte[] downloaded = browser.download("download-results");
        service.awaitState(clean, "COMPLETED");
        assertThat(downloaded).isEqualTo(service.results(id)).isEqualTo(service.results(clean));
        assertThat(service.job(id).get("runs")).hasSize(2);
        assertThat(service.job(id).get("name").textValue()).isEqualTo("by file");
    }

    @Test
    void a_completed_job_says_at_first_sight_whether_its_items_failed() throws Exception {
        String all = service.submit("{\"input\":{\"items\":[\"a\"]},\"faults\":{\"failItems\":[0]}}");
        String some = service.submit("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"failItems\":[0]}}");
        service.awaitState(all, "COMPLETED");
        service.awaitState(some, "COMPLETED");
        openPage("");
        browser.awaitText("jobs", "Completed, all items failed");
        browser.awaitText("jobs", "Completed, some items failed");
        openPage("jobs/" + all);
        browser.awaitText("job", "Completed, all items failed");
    }

    /** What is written, and checked against what the bar shows at the same moment. */
    private double percent() {
        List<String> shown = browser.strings("""
                const shown = name => document.querySelector(`[data-testid=${name}]`);
                return [shown('percent')?.textContent ?? '', shown('bar')?.position ?? ''];
                """);
        if (!shown.get(0).endsWith("%")) {
            return 0; // not drawn yet
        }
        double percent = Double.parseDouble(shown.get(0).replace("%", "").strip());
        assertThat(Double.parseDouble(shown.get(1)) * 100).isBetween(percent - 0.1, percent + 0.1);
        return percent;
    }

    @Test
    void a_dry_run_of_pasted_lines_shows_what_becomes_of_the_first_five_and_keeps_nothing() throws IOException {
        int jobs = jobs().size();
        openPage("submit");
        browser.type("lines", "aa\nbb\ncc\ndd\nee\nff\ngg\n");
        browser.awaitText("preview", "ee"); // what is drawn above a button moves it
        browser.click("dry-run");
        for (String result : List.of("AA", "BB", "CC", "DD", "EE")) {
            browser.awaitText("dry-run-results", result);
        }
        assertThat(browser.text("dry-run-results")).doesNotContain("FF", "GG");
        assertThat(jobs()).hasSize(jobs);

        browser.click("submit");
        String id = awaitJobPage();
        awaitState("COMPLETED");
        assertThat(new String(service.results(id), StandardCharsets.UTF_8).lines())
                .hasSize(7);
    }

    private JsonNode jobs() throws IOException {
        return Service.json(service.http().get("/v1/jobs").asString()).get("jobs");
    }

    @Test
    void what_is_wrong_with_a_field_is_shown_beside_it_and_told_to_screen_readers() throws IOException {
        expectComplaints(INVALID);
        int jobs = jobs().size();
        openPage("submit");
        browser.type("lines", "one");
        browser.type("batch-size", "0");
        browser.click("submit");
        browser.awaitText("field-error", "must be between 1 and 1000000");
        browser.awaitShown("problem");
        assertThat(browser.holds("""
                const field = document.querySelector('[data-testid=batch-size]');
                const error = [...document.querySelectorAll('[data-testid=field-error]')].find(e => e.textContent.trim());
                const ids = (field.getAttribute('aria-describedby') ?? '').split(' ');
                return field.parentElement.contains(error) && ids.includes(error.id)
                    && field.getAttribute('aria-invalid') === 'true';
                """)).as("the error is the field's").isTrue();
        assertThat(jobs()).hasSize(jobs);

        browser.type("batch-size", "1");
        browser.click("submit");
        assertThat(awaitJobPage()).isNotEmpty();
    }

    /** A browser has six connections to a service at the most, and each page reads events. */
    @Test
    void more_tabs_than_connections_can_be_open() throws IOException {
        String first = browser.driver().getWindowHandle();
        service.submit("{\"input\":{\"items\":[\"a\"]}}");
        for (int tab = 0; tab < 8; tab++) {
            browser.driver().switchTo().newWindow(WindowType.TAB);
            openPage("jobs");
            browser.awaitShown("state-filter");
            browser.awaitShown("job-row");
        }
        for (String tab : browser.driver().getWindowHandles()) {
            if (!tab.equals(first)) {
                browser.driver().switchTo().window(tab).close();
            }
        }
        browser.driver().switchTo().window(first);
    }

    @Test
    void markup_in_items_and_names_is_shown_as_text() throws IOException {
        openPage("submit");
        browser.type("lines", HOSTILE);
        browser.type("name", HOSTILE);
        browser.awaitText("preview", HOSTILE);
        browser.click("dry-run");
        browser.awaitText("dry-run-results", "onerror");
        assertHarmless();
        browser.click("submit");
        String id = awaitJobPage();
        awaitState("COMPLETED");
        browser.awaitText("job", HOSTILE);
        browser.awaitText("preview-results", "onerror");
        assertHarmless();

        openJob(service.submit("""
                {"name":"%1$s","input":{"items":["%1$s"]},"faults":{"failItems":[0]}}""".formatted(HOSTILE.replace("\"", "\\\""))));
        awaitState("COMPLETED");
        browser.awaitShown("error-groups");
        assertHarmless();

        openPage("jobs");
        browser.await("the job is listed", () -> browser.count("[data-testid=job-row][data-id='" + id + "']") == 1);
        browser.awaitText("jobs", HOSTILE);
        assertHarmless();
    }

    private void assertHarmless() {
        assertThat(browser.count("img")).isZero();
        assertThat(browser.driver().getTitle()).isNotEmpty().isNotEqualTo("hacked");
    }

    @Test
    void the_buttons_are_those_of_the_actions_that_are_allowed() throws IOException {
        writeLines("slow.txt", 2000);
        String id = service.submit("""
                {"input":{"path":"slow.txt"},"batchSize":1,"start":false,"faults":{"itemDelayMillis":100,"failItems":[0]}}""");
        openJob(id);
        assertActions(id, "CREATED");
        browser.click("action-start");
        assertActions(id, "RUNNING");
        service.await(id, job -> job.at("/progress/processedItems").intValue() > 2);
        browser.click("action-pause");
        assertActions(id, "PAUSED");
        browser.click("action-resume");
        assertActions(id, "RUNNING");
        browser.click("action-crash");
        assertActions(id, "CRASHED");
        browser.click("action-cancel");
        assertActions(id, "CANCELLED");

        String partial = service.submit("""
                {"input":{"items":["a","b"]},"faults":{"failItems":[1]}}""");
        openJob(partial);
        assertActions(partial, "COMPLETED");
        browser.click("action-retry-failed");
        browser.await("the new job's page", () -> !partial.equals(browser.attribute("job", "data-id")));
        String retried = browser.idOfJob();
        awaitState("COMPLETED");
        assertThat(service.job(retried).get("parentId").textValue()).isEqualTo(partial);
        browser.click("action-delete");
        browser.click("confirm-yes");
        browser.awaitShown("jobs");
        assertThat(service.http().get("/v1/jobs/" + retried).asEmpty().getStatus())
                .isEqualTo(404);
    }

    private void assertActions(String id, String state) throws IOException {
        awaitState(state);
        List<String> allowed = StreamSupport.stream(
                        service.awaitState(id, state).get("allowedActions").spliterator(), false)
                .map(action -> "action-" + action.textValue())
                .sorted()
                .toList();
        browser.await(allowed + " are there when " + state, () -> actions().equals(allowed));
    }

    private List<String> actions() {
        return browser.driver().findElements(By.cssSelector("[data-testid^=action-]")).stream()
                .filter(WebElement::isDisplayed)
                .map(button -> String.valueOf(button.getDomAttribute("data-testid")))
                .sorted()
                .toList();
    }

    @Test
    void the_demo_ends_with_two_equal_hashes() {
        openPage("jobs");
        browser.click("nav-demo");
        browser.click("demo-start");
        browser.awaitShown("demo-verdict");
        String clean = browser.text("demo-clean-sha");
        assertThat(clean).containsPattern("[0-9a-f]{64}");
        assertThat(browser.text("demo-crashed-sha")).isEqualTo(clean);
        assertThat(browser.text("demo-steps")).isNotEmpty();
    }

    @Test
    void jobs_are_filtered_by_state_and_searched() throws IOException {
        String alpha = service.submit("{\"name\":\"alpha one\",\"input\":{\"items\":[\"a\"]}}");
        String beta = service.submit("{\"name\":\"beta one\",\"input\":{\"items\":[\"a\"]},\"start\":false}");
        String gamma = service.submit(
                "{\"name\":\"gamma one\",\"labels\":{\"team\":\"blue\"},\"input\":{\"items\":[\"a\"]},\"start\":false}");
        service.awaitState(alpha, "COMPLETED");
        openPage("jobs");
        browser.await("all are listed", () -> rows("data-id").containsAll(List.of(alpha, beta, gamma)));

        browser.choose("state-filter", "CREATED");
        browser.await(
                "only CREATED ones",
                () -> rows("data-id").containsAll(List.of(beta, gamma))
                        && rows("data-state").stream().allMatch("CREATED"::equals));
        browser.type("search", "GAMMA");
        browser.await("only gamma", () -> rows("data-id").equals(List.of(gamma)));
        browser.type("search", "team:blue");
        browser.await("the one with the label", () -> rows("data-id").equals(List.of(gamma)));
        browser.choose("state-filter", "");
        browser.type("search", alpha);
        browser.await("only alpha", () -> rows("data-id").equals(List.of(alpha)));
        browser.type("search", "no job is called so");
        browser.await("none", () -> rows("data-id").isEmpty());
    }

    private List<String> rows(String attribute) {
        return browser.strings(
                "return [...document.querySelectorAll('[data-testid=job-row]')].filter(row => row.checkVisibility())"
                        + ".map(row => row.getAttribute(arguments[0]))",
                attribute);
    }

    @Test
    void the_form_can_be_filled_and_sent_with_the_keyboard_alone() throws IOException {
        openPage("jobs");
        browser.awaitShown("jobs");
        tabTo("nav-submit");
        press(Keys.ENTER);
        browser.awaitShown("lines");
        tabTo("lines");
        press("with", Keys.ENTER, "keys");
        tabTo("name");
        press("by keyboard");
        tabTo("submit");
        press(Keys.ENTER);
        String id = awaitJobPage();
        awaitState("COMPLETED");
        assertThat(service.job(id).get("name").textValue()).isEqualTo("by keyboard");
        assertThat(new String(service.results(id), StandardCharsets.UTF_8).lines())
                .hasSize(2);
    }

    private void press(CharSequence... keys) {
        new Actions(browser.driver()).sendKeys(keys).perform();
    }

    private void tabTo(String testId) {
        List<String> passed = new ArrayList<>();
        while (passed.size() < MOST_TAB_STOPS) {
            press(Keys.TAB);
            WebElement focused = browser.driver().switchTo().activeElement();
            String name = String.valueOf(focused.getDomAttribute("data-testid"));
            passed.add(name);
            if (name.equals(testId)) {
                assertThat(browser.holds("""
                        const style = getComputedStyle(document.activeElement);
                        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                        """))
                        .as("one sees that the focus is on " + testId)
                        .isTrue();
                return;
            }
        }
        throw new AssertionError(testId + " is not reached with the Tab key, only " + passed);
    }
}
