package org.checkpointrecovery.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import org.junit.jupiter.api.Test;

/** Results of any shape as CSV. */
class CsvTableTest {
    private static String csv(String lines) throws IOException {
        Iterator<String> results = lines.lines().iterator();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvTable csv = new CsvTable(() -> results.hasNext() ? results.next().getBytes(UTF_8) : null);
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
    void objects_and_arrays_are_json_text_in_a_cell() throws IOException {
        assertThat(csv("{\"index\":0,\"body\":{\"a\": [1,\"x\"]},\"tags\":[]}\n{\"index\":1,\"body\":\"=1+1\"}\n"))
                .isEqualTo("index,body,tags\r\n0,\"{\"\"a\"\": [1,\"\"x\"\"]}\",[]\r\n1,=1+1,\r\n");
    }
}
