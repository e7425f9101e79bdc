package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Collects one answer as it comes, and no more of it than it may have. Called by one thread at a time. */
final class AnswerCollector implements Response.HeadersListener, Response.ContentListener, Response.CompleteListener {
    /** Of an answer that is no success only the beginning is ever shown. */
    private static final int MOST_OF_A_REFUSAL = 16 * 1024;

    private final URI url;
    private final JettyCaller.Limits limits;
    private final Consumer<Reply> replied;
    private final ByteArrayBuilder body = new ByteArrayBuilder();
    private int most;

    AnswerCollector(URI url, JettyCaller.Limits limits, Consumer<Reply> replied) {
        this.url = url;
        this.limits = limits;
        this.replied = replied;
        this.most = limits.maxBodyBytes();
    }

    /** The answer is longer than it may be. */
    static final class TooLargeException extends Exception {}

    /** All of the answer that is of use is here. */
    private static final class EnoughException extends Exception {}

    @Override
    public void onHeaders(Response response) {
        if (!isSuccess(response)) {
            most = MOST_OF_A_REFUSAL;
        } else if (response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > most) {
            breakOff(response, new TooLargeException());
        }
    }

    @Override
    public void onContent(Response response, ByteBuffer content) {
        int room = most - body.size();
        if (content.remaining() <= room) {
            append(content);
        } else if (isSuccess(response)) {
            breakOff(response, new TooLargeException());
        } else {
            append(content.slice(content.position(), room));
            breakOff(response, new EnoughException());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its end is told as any other
    private static void breakOff(Response response, Exception why) {
        response.abort(why);
    }

    private void append(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        body.write(bytes, 0, bytes.length);
    }

    @Override
    public void onComplete(Result result) {
        byte[] bytes = body.toByteArray();
        Throwable failure = result.getFailure();
        boolean answered =
                result.getResponseFailure() == null && result.getResponse().getStatus() > 0;
        if (failure == null || failure instanceof EnoughException || answered) {
            HttpFields headers = result.getResponse().getHeaders();
            replied.accept(new Reply.Answered(
                    result.getResponse().getStatus(),
                    headers.get(HttpHeader.CONTENT_TYPE),
                    headers.get(HttpHeader.RETRY_AFTER),
                    bytes));
        } else {
            replied.accept(CallFailures.reply(failure, url, limits));
        }
    }

    private static boolean isSuccess(Response response) {
        return response.getStatus() >= 200 && response.getStatus() < 300;
    }
}
