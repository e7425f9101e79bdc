package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which forms secrets are found. */
class RedactionTest {
    private static final Map<String, UnaryOperator<String>> ESCAPES = escapes();

    private static Map<String, UnaryOperator<String>> escapes() {
        Map<String, UnaryOperator<String>> all = new LinkedHashMap<>();
        all.put("none", text -> text);
        all.put("json", text -> text.replace("\\", "\\\\").replace("\"", "\\\""));
        all.put("json with slashes", text -> all.get("json").apply(text).replace("/", "\\/"));
        all.put("json in numbers", text -> each(text, "\\u%04x"));
        all.put("JSON IN NUMBERS", text -> each(text, "\\u%04X"));
        all.put("url", text -> URLEncoder.encode(text, UTF_8));
        all.put("url path", text -> URLEncoder.encode(text, UTF_8).replace("+", "%20"));
        all.put("url, all of it", text -> each(text, "%%%02x"));
        all.put(
                "html",
                text -> text.replace("&", "&amp;")
                        .replace("\"", "&quot;")
                        .replace("'", "&#39;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("/", "&#x2F;"));
        all.put("html in numbers", text -> each(text, "&#%d;"));
        return all;
    }

    private static String each(String text, String format) {
        return text.chars().mapToObj(c -> String.format(format, c)).collect(Collectors.joining());
    }

    private static void assertHidden(Redaction redaction, String echoed, String what) {
        assertThat(redaction.of("before <" + echoed + "> after")).as(what).isEqualTo("before <***> after");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k/3y+w1th=all~of\"it\\and'more<&>",
                "Bearer abc/DEF+123==",
                "correct horse battery staple",
                "a%20b%2Fc",
                "back\\slash\\u0041",
                "&amp;&#39;"
            })
    void a_secret_is_found_escaped_in_every_way_once_and_twice(String secret) {
        Redaction redaction = new Redaction(List.of(secret));
        ESCAPES.forEach((outerName, outer) -> ESCAPES.forEach((innerName, inner) -> {
            assertHidden(redaction, outer.apply(inner.apply(secret)), innerName + ", then " + outerName);
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\n    ", "\\n", "\\r\\n\\t"})
    void a_secret_is_found_over_line_breaks(String lineBreak) {
        Redaction redaction = new Redaction(List.of("0123456789abcdef/"));
        assertHidden(redaction, "01234567" + lineBreak + "89abcdef" + lineBreak + "/", "plain");
        assertHidden(redaction, "01234567" + lineBreak + "89abcdef\\/", "escaped");
    }

    @Test
    void a_text_that_is_cut_does_not_end_with_the_beginning_of_a_secret() {
        String secret = "pa/55\"word";
        Redaction redaction = new Redaction(List.of(secret));
        ESCAPES.forEach((name, escape) -> {
            String echoed = escape.apply(secret);
            for (int cut = echoed.length(); cut > 0; cut--) {
                String shown = redaction.ofBeginning("it was " + echoed.substring(0, cut));
                assertThat(redaction.ofBeginning(shown)).isEqualTo(shown);
                assertThat(shown.replace("***", "").length())
                        .as("%s cut at %d: %s", name, cut, shown)
                        .isLessThanOrEqualTo("it was ".length()
                                + Math.min(cut, escape.apply("pa/55").length()));
                assertThat(shown).doesNotContain(escape.apply("pa/55"));
            }
        });
    }

    @Test
    void what_is_not_secret_stays_as_it_is() {
        Redaction redaction = new Redaction(List.of("s3cr3t-token", "Basic dXNlcjpwYXNzd29yZDE="));
        for (String text : List.of(
                "",
                "s3cr3t-toke",
                "100 % & more \\ \\u12 &#x; &#99999999999; %zz %4",
                "a\nb \r\n c",
                "&",
                "\\",
                "%",
                "s3cr3t- token")) {
            assertThat(redaction.of(text)).isEqualTo(text);
        }
        assertThat(redaction.of("password1, s3cr3t-tokens3cr3t-token!")).isEqualTo("***, ***!");
    }

    @Test
    void repetitions_in_a_secret_and_a_text_cost_no_more_steps() {
        // The naive search would take 4 billion steps for this, and for each of its decoded forms again.
        Redaction redaction = new Redaction(List.of("a".repeat(8_000) + "b"));
        String text = "a".repeat(500_000) + "\\%41&amp;";
        assertThat(redaction.of(text)).isEqualTo(text);
    }

    @Test
    void no_text_of_any_escapes_shows_a_secret() {
        long seed = System.nanoTime();
        System.out.println("seed of secrets in texts: " + seed);
        Random random = new Random(seed);
        List<UnaryOperator<String>> escapes = new ArrayList<>(ESCAPES.values());
        String alphabet = "abc/+= \"\\%&<'u0;#x";
        for (int round = 0; round < 2_000; round++) {
            String secret = "S"
                    + random.ints(12, 0, alphabet.length())
                            .mapToObj(at -> String.valueOf(alphabet.charAt(at)))
                            .collect(Collectors.joining())
                    + "Z";
            String echoed = escapes.get(random.nextInt(escapes.size())).apply(secret);
            String text = "x".repeat(random.nextInt(5)) + echoed + "y".repeat(random.nextInt(5));
            assertThat(new Redaction(List.of(secret)).of(text))
                    .as("secret [%s] in [%s]", secret, text)
                    .contains("***")
                    .doesNotContain(echoed);
        }
    }
}
