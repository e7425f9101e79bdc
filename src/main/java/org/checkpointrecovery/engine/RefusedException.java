package org.checkpointrecovery.engine;

/** The service refused a request and changed nothing. */
public final class RefusedException extends Exception {
    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.getClass().getSimpleName()); // not its data, which may include a header of the spec
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
