package org.checkpointrecovery.processor;

import java.util.Optional;
import org.checkpointrecovery.description.ProcessorDescription;

/** The kind that counts. */
public final class TextStatsKind implements InlineKind<TextStatsKind.NoOptions> {
    public static final String TYPE = "text-stats";

    public static final ProcessorDescription DESCRIPTION =
            ProcessorDescription.inline(TYPE, "Counts the characters and words of a line.");

    /** There is nothing to choose. */
    public record NoOptions() {}

    @Override
    public ProcessorDescription description() {
        return DESCRIPTION;
    }

    @Override
    public Class<NoOptions> options() {
        return NoOptions.class;
    }

    @Override
    public Optional<NoOptions> onlyOptions() {
        return Optional.of(new NoOptions());
    }

    @Override
    public InlineProcessor build(NoOptions options) {
        return new TextStats();
    }
}
