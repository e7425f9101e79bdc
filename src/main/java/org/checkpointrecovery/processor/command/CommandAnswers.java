package org.checkpointrecovery.processor.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.JsonText;

/**
 * Creates the answers of programs. A result is:
 *
 * <pre>{"index":3,"attempts":1,"output":"..."}</pre>
 *
 * {@code output} is the program's output without its last line end: as JSON if it is JSON, otherwise as a string with
 * U+FFFD for bytes that are not UTF-8.
 */
final class CommandAnswers {
    static final int MAX_OUTPUT_BYTES = 1024 * 1024;

    private CommandAnswers() {}

    static Answer succeeded(long index, int attempts, byte[] output) {
        String text = withoutLineEnd(new String(output, StandardCharsets.UTF_8));
        boolean isJson = JsonText.isJson(text);
        return new Answer.Succeeded(JsonText.object(json -> {
            json.writeNumberField("index", index);
            json.writeNumberField("attempts", attempts);
            json.writeFieldName("output");
            if (isJson) {
                JsonText.copy(text, UnaryOperator.identity(), json);
            } else {
                json.writeString(text);
            }
        }));
    }

    private static String withoutLineEnd(String text) {
        int end = text.endsWith("\n") ? text.length() - 1 : text.length();
        return text.substring(0, end > 0 && text.charAt(end - 1) == '\r' && end < text.length() ? end - 1 : end);
    }

    static Answer failed(String command, String how, int attempts) {
        return new Answer.Failed(
                new ItemFailure(ItemErrorCode.COMMAND_FAILED, "The command \"" + command + "\" " + how), attempts);
    }

    /** Returns the answer if a program did not start. Without file descriptors, the item is left for a later run. */
    static Answer notStarted(String command, IOException why, int attempts) {
        return DescriptorShortage.isCauseOf(why)
                ? new Answer.GivenUp(DescriptorShortage.reason())
                : failed(command, "cannot be started: " + why.getMessage(), attempts);
    }

    static Answer tooLarge(String command, int attempts) {
        return new Answer.Failed(
                new ItemFailure(
                        ItemErrorCode.ANSWER_TOO_LARGE,
                        "The command \"" + command + "\" wrote more than " + MAX_OUTPUT_BYTES
                                + " bytes and was killed."),
                attempts);
    }

    /** A program has exceeded its maximum output. */
    static final class TooLargeException extends IOException {}
}
