package org.checkpointrecovery.outbound;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Collects one response, up to its maximum size. Called by one thread at a time. */
final class AnswerCollector implements Response.HeadersListener, Response.ContentListener, Response.CompleteListener {
    /** Of an unsuccessful response, only the start is ever shown. */
    private static final int MAX_ERROR_BODY_BYTES = 16 * 1024;

    private final URI url;
    private final CallLimits limits;
    private final Predicate<Result> repeated;
    private final Consumer<Reply> replied;
    private final AtomicBoolean over = new AtomicBoolean();
    private final ByteArrayBuilder body = new ByteArrayBuilder();
    private int max;

    /** @param repeated whether a call that ended like this was sent again, with this collector */
    AnswerCollector(URI url, CallLimits limits, Predicate<Result> repeated, Consumer<Reply> replied) {
        this.url = url;
        this.limits = limits;
        this.repeated = repeated;
        this.replied = replied;
        this.max = limits.maxBodyBytes();
    }

    /** The response exceeds its maximum size. */
    static final class TooLargeException extends Exception {}

    /** The useful part of the response has arrived. */
    private static final class EnoughException extends Exception {}

    @Override
    public void onHeaders(Response response) {
        if (!isSuccess(response)) {
            max = MAX_ERROR_BODY_BYTES;
        } else if (response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > max) {
            breakOff(response, new TooLargeException());
        }
    }

    @Override
    public void onContent(Response response, ByteBuffer content) {
        int room = max - body.size();
        if (content.remaining() <= room) {
            append(content);
        } else if (isSuccess(response)) {
            breakOff(response, new TooLargeException());
        } else {
            append(content.slice(content.position(), room));
            breakOff(response, new EnoughException());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its end is reported like any other
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
        if (repeated.test(result)) {
            return;
        }
        byte[] bytes = body.toByteArray();
        Throwable failure = result.getFailure();
        boolean answered =
                result.getResponseFailure() == null && result.getResponse().getStatus() > 0;
        if (failure == null || failure instanceof EnoughException || answered) {
            reply(answered(result.getResponse(), bytes, failure == null));
        } else {
            fail(failure);
        }
    }

    private Reply answered(Response response, byte[] bytes, boolean whole) {
        HttpFields headers = response.getHeaders();
        byte[] decoded;
        try {
            boolean strict = whole && isSuccess(response);
            decoded =
                    AnswerCoding.decode(bytes, headers.get(HttpHeader.CONTENT_ENCODING), limits.maxBodyBytes(), strict);
        } catch (IOException e) {
            if (isSuccess(response)) {
                return CallFailures.reply(e, url, limits);
            }
            decoded = new byte[0]; // the status is enough
        }
        return new Reply.Answered(
                response.getStatus(),
                headers.get(HttpHeader.CONTENT_TYPE),
                headers.get(HttpHeader.RETRY_AFTER),
                headers.get(HttpHeader.DATE),
                decoded);
    }

    /** Ends the call, unless it has ended. */
    void fail(Throwable why) {
        reply(CallFailures.reply(why, url, limits));
    }

    /** Replies at most once, whatever the client does. */
    private void reply(Reply reply) {
        if (over.compareAndSet(false, true)) {
            replied.accept(reply);
        }
    }

    private static boolean isSuccess(Response response) {
        return response.getStatus() >= 200 && response.getStatus() < 300;
    }
}
