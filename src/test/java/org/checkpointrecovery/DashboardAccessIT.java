package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The dashboard in both colour schemes, on a screen and on a telephone, for people with and without a mouse or eyes. */
class DashboardAccessIT extends OpenDashboard {
    private static final int NARROW = 360;

    @Test
    void no_page_keeps_anybody_out_and_none_is_wider_than_a_telephone() throws IOException {
        Map<String, String> pages = pages();
        List<String> faults = new ArrayList<>();
        for (int width : new int[] {1100, NARROW}) {
            browser.size(width, 760);
            for (String scheme : List.of("light", "dark")) {
                browser.colours(scheme);
                pages.forEach((page, shown) -> {
                    String where = page + " " + scheme + " at " + width + " px: ";
                    openPage(page);
                    browser.awaitShown(shown);
                    browser.barriers().forEach(barrier -> faults.add(where + barrier));
                    Object tooWide = browser.script("""
                            const root = document.documentElement;
                            return root.scrollWidth <= root.clientWidth ? '' : root.scrollWidth + ' px wide: '
                                + [...document.querySelectorAll('body *')]
                                    .filter(e => e.getBoundingClientRect().right > root.clientWidth)
                                    .map(e => e.tagName + '.' + e.className + '#' + (e.dataset.testid ?? ''))
                                    .slice(0, 10).join(', ');
                            """);
                    if (!"".equals(tooWide)) {
                        faults.add(where + tooWide);
                    }
                });
            }
        }
        assertThat(faults).isEmpty();
    }

    /** Each page, and what is there when it is drawn. */
    private Map<String, String> pages() throws IOException {
        String name = "a-name-without-a-place-to-break-it-".repeat(5);
        String partial = service.submit("""
                {"name":"%s","input":{"items":["a","%s","c"]},"batchSize":1,"faults":{"failItems":[0,2]}}""".formatted(name, "x".repeat(300)));
        String crashed = service.submit("""
                {"input":{"items":["a","b","c"]},"batchSize":1,"faults":{"crashAfterItems":2}}""");
        service.submit("{\"name\":\"created\",\"input\":{\"items\":[\"a\"]},\"start\":false}");
        String cancelled = service.submit("{\"input\":{\"items\":[\"a\"]},\"start\":false}");
        assertThat(service.post("/v1/jobs/" + cancelled + "/cancel", "").getStatus())
                .isBetween(200, 202);
        String slow = service.submit("""
                {"input":{"items":["a","b","c"]},"batchSize":1,"faults":{"itemDelayMillis":60000}}""");
        service.awaitState(partial, "COMPLETED");
        service.awaitState(crashed, "CRASHED");
        service.awaitState(slow, "RUNNING");

        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("jobs", "job-row");
        pages.put("jobs/" + partial, "error-groups");
        pages.put("jobs/" + crashed, "action-resume");
        pages.put("jobs/" + slow, "action-crash");
        pages.put("submit", "submit");
        pages.put("demo", "demo-start");
        return pages;
    }
}
