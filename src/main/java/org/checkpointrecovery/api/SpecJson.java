package org.checkpointrecovery.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.checkpointrecovery.engine.InlineItems;
import org.checkpointrecovery.item.FieldNamesType;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a spec. The fields of CSV are null for other formats.
 *
 * @param header a word, or a list of field names
 */
record SpecJson(
        @Nullable String name,
        Map<String, String> labels,
        InputJson input,
        String format,
        @Nullable String delimiter,
        @Nullable Object header,
        @Nullable Integer skipRecords,
        @Nullable String quote,
        JsonNode processor,
        String engine,
        int batchSize,
        int parallelism,
        String commit,

        @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) String results,

        String onItemError,
        @Nullable Long maxFailedItems,
        @Nullable Double maxFailedPercent,
        @Nullable String callbackUrl,
        @Nullable String retainFor,
        boolean start,
        @Nullable FaultsJson faults) {

    /** The JSON of an input. */
    interface InputJson {
        record Upload(
                String fileId,

                @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
                String encoding) implements InputJson {}

        record InputPath(
                String path,

                @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
                String encoding) implements InputJson {}

        record FailedItemsOf(String failedItemsOf) implements InputJson {}

        record Inline(
                @Nullable List<String> items,

                @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
                String itemsProblem) implements InputJson {}
    }

    record FaultsJson(
            @Nullable Long crashAfterItems, String crashPoint, Iterable<Long> failItems, long itemDelayMillis) {
        static @Nullable FaultsJson of(@Nullable Faults faults) {
            return faults == null
                    ? null
                    : new FaultsJson(
                            faults.crashAfterItems(),
                            faults.crashPoint().text(),
                            faults.failItems(),
                            faults.itemDelay().toMillis());
        }
    }

    /** @param items reads the inline items, if the input has some */
    static SpecJson of(JobSpec spec, Supplier<InlineItems> items) {
        Format format = spec.format();
        boolean csv = format.kind() == Format.Kind.CSV;
        return new SpecJson(
                spec.name(),
                JobJson.labels(spec),
                input(spec.input(), items),
                format.kind().text(),
                csv ? String.valueOf(format.delimiter()) : null,
                csv ? header(format.names()) : null,
                csv ? (Integer) format.skipRecords() : null,
                csv ? format.quote().text() : null,
                ProcessorRequest.json(spec.processor()),
                spec.engine().text(),
                spec.batchSize(),
                spec.parallelism(),
                spec.commit().text(),
                spec.execution().results() == null
                        ? null
                        : spec.execution().results().text(),
                spec.failedItemLimits().onItemError().text(),
                spec.failedItemLimits().maxItems(),
                spec.failedItemLimits().maxPercent(),
                spec.callbackUrl(),
                spec.retainFor() == null ? null : Retention.text(spec.retainFor()),
                spec.start(),
                FaultsJson.of(spec.faults()));
    }

    private static Object header(FieldNames names) {
        if (names instanceof FieldNames.Given given) {
            return given.names();
        }
        return names instanceof FieldNames.Numbered ? FieldNamesType.NONE : FieldNamesType.FIRST;
    }

    private static InputJson input(InputSpec input, Supplier<InlineItems> items) {
        TextEncoding encoding = input.decoding().encoding();
        String name = encoding == TextEncoding.UTF_8 ? null : encoding.text();
        if (input instanceof InputSpec.Upload upload) {
            return new InputJson.Upload(upload.fileId(), name);
        }
        if (input instanceof InputSpec.InputPath path) {
            return new InputJson.InputPath(path.path(), name);
        }
        if (input instanceof InputSpec.FailedItemsOf failed) {
            return new InputJson.FailedItemsOf(failed.parent().value());
        }
        InlineItems inline = items.get();
        return new InputJson.Inline(inline.items(), inline.problem());
    }
}
