package org.checkpointrecovery.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.job.Range;
import org.jspecify.annotations.Nullable;

/** That the parts of a record are what stands in the files beside it, and end where batches end. */
record PartsCheck(RangeRecord record, int batchSize, RangedJob.Files files) {
    /** @param behind the range that comes behind; null if none does */
    void check(Range range, @Nullable Range behind) {
        checkBytes();
        assertThat(record.firstItem()).isEqualTo(range.firstItem());
        assertThat(record.nextItem()).isEqualTo(range.nextItem());
        long next = range.firstItem();
        for (RangeRecord.Part part : record.parts()) {
            long first = next;
            next += part.succeeded() + part.failed();
            assertThat(next).as("items in %s", part).isGreaterThan(first);
            assertThat((next - 1) / batchSize)
                    .as("batch of the last item of %s", part)
                    .isEqualTo(first / batchSize);
            boolean ends = next % batchSize == 0 || (behind == null && next == range.nextItem());
            assertThat(part.endsBatch()).as("at item %d of %s", next, range).isEqualTo(ends);
        }
        if (behind != null) {
            RangeRecord.Part end = record.parts().get(record.parts().size() - 1);
            assertThat(end.inputBytes()).isEqualTo(behind.inputBytes());
        }
    }

    /** That each part counts its own lines. */
    void checkBytes() {
        int results = 0;
        int errors = 0;
        for (RangeRecord.Part part : record.parts()) {
            List<String> succeeded = lines(files.results(), results, part.resultsBytes());
            List<String> failed = lines(files.errors(), errors, part.errorsBytes());
            assertThat(succeeded).as("results of %s", part).hasSize(part.succeeded());
            assertThat(failed).as("errors of %s", part).hasSize(part.failed());
            results += (int) part.resultsBytes();
            errors += (int) part.errorsBytes();
            RangeRecord.FirstFailure failure = part.failure();
            assertThat(failure == null).isEqualTo(failed.isEmpty());
            if (failure != null) {
                assertThat(failed.get(0))
                        .startsWith("{\"index\":" + failure.index() + ",")
                        .contains("\"code\":\"" + failure.failure().code() + "\"");
            }
        }
        assertThat(results).isEqualTo(files.results().getBytes(UTF_8).length);
        assertThat(errors).isEqualTo(files.errors().getBytes(UTF_8).length);
    }

    private static List<String> lines(String text, int from, long bytes) {
        byte[] all = text.getBytes(UTF_8);
        String part = new String(Arrays.copyOfRange(all, from, from + (int) bytes), UTF_8);
        assertThat(part.isEmpty() || part.endsWith("\n")).as("whole lines").isTrue();
        return part.lines().toList();
    }
}
