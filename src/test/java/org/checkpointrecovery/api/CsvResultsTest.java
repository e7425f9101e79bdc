package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import org.junit.jupiter.api.Test;

/** Results of any shape as CSV. */
class CsvResultsTest {
    private static String csv(String lines) throws IOException {
        Iterator<String> results = lines.lines().iterator();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvResults csv = new CsvResults(() -> results.hasNext() ? results.next().getBytes(UTF_8) : null);
        while (csv.next(out)) {
            // until there is none
        }
        return out.toString(UTF_8);
    }

    @Test
    void columns_are_those_of_the_first_result_and_null_is_empty() throws IOException {
        assertThat(csv("""
                {"index":0,"a":"x\\ny","b":null,"c":1.50,"d":true}
                {"index":3,"c":1e400,"a":{"k": [1,"ä"]},"z":1,"b":[]}
                """))
                .isEqualTo("index,a,b,c,d\r\n0,\"x\ny\",,1.50,true\r\n3,\"{\"\"k\"\": [1,\"\"ä\"\"]}\",[],1e400,\r\n");
    }

    @Test
    void a_first_result_that_is_not_flat_is_refused_with_the_name_of_its_field() {
        for (String nested : new String[] {"{}", "[1]"}) {
            assertThatThrownBy(() -> csv("{\"index\":0,\"a\":1,\"tags\":" + nested + "}\n"))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problem().detail()).contains("\"tags\"", "application/x-ndjson"));
        }
    }
}
