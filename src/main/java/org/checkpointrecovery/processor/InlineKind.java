package org.checkpointrecovery.processor;

/** A kind that processes items on the threads of the job. */
public non-sealed interface InlineKind<O> extends ProcessorKind<O> {
    InlineProcessor build(O options);
}
