package org.checkpointrecovery.job;

/**
 * Detects that the process or machine is out of file descriptors (EMFILE, ENFILE): a transient problem that is
 * unrelated to the item, the disk or the endpoint.
 */
public final class DescriptorShortage {
    private static final int MAX_CAUSES = 20; // causes may form a cycle

    private DescriptorShortage() {}

    /** Whether a system call failed for this reason. The JDK exposes it only as the kernel's message. */
    public static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (String.valueOf(cause.getMessage()).contains("Too many open files")) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Returns the reason of a job that waits for descriptors. */
    public static Reason reason() {
        return new Reason(
                ErrorCode.OUT_OF_FILE_DESCRIPTORS,
                "The service ran out of file descriptors. Committed results are safe, and the job continues "
                        + "automatically. If this persists, raise the open file limit (ulimit -n) or run fewer jobs "
                        + "at once (--workers).");
    }

    /** Whether a reason says that a job waits for descriptors. */
    public static boolean is(Reason reason) {
        return reason.code() == ErrorCode.OUT_OF_FILE_DESCRIPTORS;
    }
}
