package org.checkpointrecovery.processor;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.JobId;

/** Gives items to a concurrent processor, and waits for what becomes of them. */
public final class Asked {
    private static final JobId JOB = new JobId("0mh3k2v9x-7fq2mzt4");

    private Asked() {}

    public static CompletableFuture<Answer> begin(ConcurrentProcessor processor, long index, String item) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        processor.begin(new Work(JOB, index, item.getBytes(StandardCharsets.UTF_8), false), answer::complete);
        return answer;
    }

    public static Answer ask(ConcurrentProcessor processor, long index, String item) throws Exception {
        return await(begin(processor, index, item));
    }

    public static Answer await(CompletableFuture<Answer> answer)
            throws ExecutionException, InterruptedException, TimeoutException {
        return Await.result(answer);
    }

    /** The result of an item that succeeded. */
    public static String result(Answer answer) {
        if (answer instanceof Answer.Succeeded succeeded) {
            return new String(succeeded.result(), StandardCharsets.UTF_8);
        }
        throw new AssertionError("it did not succeed: " + answer);
    }

    /** Of an item that failed: code, attempts and message. */
    public static String failure(Answer answer) {
        if (answer instanceof Answer.Failed failed) {
            return failed.failure().code() + " " + failed.attempts() + " "
                    + failed.failure().message();
        }
        throw new AssertionError("it did not fail: " + answer);
    }
}
