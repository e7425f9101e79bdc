package org.checkpointrecovery.job;

/**
 * The process or the machine has no free file descriptor (EMFILE, ENFILE): something that passes, and that says nothing about
 * an item, the disk or an endpoint.
 */
public final class DescriptorShortage {
    private static final int MOST_CAUSES = 20; // they may go in a circle

    private DescriptorShortage() {}

    /** Whether a call of the operating system failed for it. The JDK tells it by the kernel's words alone. */
    public static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
            if (String.valueOf(cause.getMessage()).contains("Too many open files")) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Why a job waits. */
    public static Reason reason() {
        return new Reason(
                ErrorCode.OUT_OF_FILE_DESCRIPTORS,
                "The service ran out of file descriptors. Committed results are safe, and the job continues "
                        + "automatically. If this persists, raise the open file limit (ulimit -n) or run fewer jobs "
                                + "at once (--workers).");
    }

    /** Whether a job waits for descriptors. */
    public static boolean is(Reason reason) {
        return reason.code() == ErrorCode.OUT_OF_FILE_DESCRIPTORS;
    }
}
