package org.checkpointrecovery.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.job.Range;
import org.jspecify.annotations.Nullable;

/** That the batches of a record are what stands in the files beside it, and end where batches end. */
record BatchesCheck(RangeRecord record, int batchSize, RangedJob.Files files) {
    /** @param behind the range that comes behind; null if none does */
    void check(Range range, @Nullable Range behind) {
        checkBytes();
        assertThat(record.firstItem()).isEqualTo(range.firstItem());
        assertThat(record.nextItem()).isEqualTo(range.nextItem());
        long next = range.firstItem();
        for (RangeRecord.Batch batch : record.batches()) {
            long first = next;
            next += batch.succeeded() + batch.failed();
            assertThat(next).as("items in %s", batch).isGreaterThan(first);
            assertThat((next - 1) / batchSize)
                    .as("batch of the last item of %s", batch)
                    .isEqualTo(first / batchSize);
            boolean ends = next % batchSize == 0 || (behind == null && next == range.nextItem());
            assertThat(batch.endsBatch()).as("at item %d of %s", next, range).isEqualTo(ends);
        }
        if (behind != null) {
            RangeRecord.Batch end = record.batches().get(record.batches().size() - 1);
            assertThat(end.inputBytes()).isEqualTo(behind.inputBytes());
        }
    }

    /** That each batch counts its own lines. */
    void checkBytes() {
        int results = 0;
        int errors = 0;
        for (RangeRecord.Batch batch : record.batches()) {
            List<String> succeeded = lines(files.results(), results, batch.resultsBytes());
            List<String> failed = lines(files.errors(), errors, batch.errorsBytes());
            assertThat(succeeded).as("results of %s", batch).hasSize(batch.succeeded());
            assertThat(failed).as("errors of %s", batch).hasSize(batch.failed());
            results += (int) batch.resultsBytes();
            errors += (int) batch.errorsBytes();
            RangeRecord.FirstFailure failure = batch.failure();
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
        String counted = new String(Arrays.copyOfRange(all, from, from + (int) bytes), UTF_8);
        assertThat(counted.isEmpty() || counted.endsWith("\n"))
                .as("whole lines")
                .isTrue();
        return counted.lines().toList();
    }
}
