package org.checkpointrecovery.outbound;

import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.ItemErrorCode;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/** Converts the exceptions of a failed call to replies. */
final class CallFailures {
    private CallFailures() {}

    static Reply reply(Throwable failure, URI url, CallLimits limits) {
        if (DescriptorShortage.isCauseOf(failure)) {
            return new Reply.NotSent();
        }
        String target = Hosts.named(url);
        Optional<CheckedResolver.NotAllowedException> refused =
                find(failure, CheckedResolver.NotAllowedException.class);
        if (refused.isPresent()) {
            return new Reply.Broken(
                    ItemErrorCode.ADDRESS_NOT_ALLOWED, refused.get().rules().refusal(url.getHost()), false);
        }
        if (has(failure, AnswerCollector.TooLargeException.class)) {
            return new Reply.Broken(
                    ItemErrorCode.ANSWER_TOO_LARGE,
                    "The response of " + target + " exceeds " + limits.maxBodyBytes() + " bytes (maxResponseBytes).",
                    false);
        }
        if (has(failure, AnswerCoding.TooLargeException.class)) {
            return reply(new AnswerCollector.TooLargeException(), url, limits);
        }
        Optional<AnswerCoding.UnknownException> coding = find(failure, AnswerCoding.UnknownException.class);
        if (coding.isPresent()) {
            return undecodable(target + " answered with the unsupported Content-Encoding \""
                    + AnswerText.excerpt(String.valueOf(coding.get().getMessage()))
                    + "\". Requests say Accept-Encoding: identity; gzip and deflate are decoded too.");
        }
        if (has(failure, AnswerCoding.DamagedException.class)) {
            return undecodable("The response body of " + target + " does not match its Content-Encoding.");
        }
        if (has(failure, UnknownHostException.class)) {
            return broken("Cannot resolve the host name " + url.getHost() + ".");
        }
        if (has(failure, SocketTimeoutException.class)) {
            return broken("Cannot connect to " + target + " within "
                    + limits.connectTimeout().toMillis() + " ms.");
        }
        if (has(failure, TimeoutException.class)) {
            return new Reply.Broken(
                    ItemErrorCode.TIMED_OUT,
                    "No complete response from " + target + " within "
                            + limits.timeout().toMillis() + " ms.",
                    true);
        }
        Optional<SSLException> tls = find(failure, SSLException.class);
        if (tls.isPresent() && !isBrokenOff(tls.get())) {
            return new Reply.Broken(
                    ItemErrorCode.TLS_FAILED, "TLS with " + target + " failed: " + reason(tls.get()) + ".", false);
        }
        if (has(failure, ConnectException.class)) {
            return broken("Cannot connect to " + target + ": " + shown(failure) + ".");
        }
        if (has(failure, HttpException.class) || has(failure, HttpResponseException.class)) {
            return broken("The response of " + target + " is not valid HTTP.");
        }
        return broken("The connection to " + target + " was lost before the response was complete"
                + find(failure, SocketException.class)
                        .map(broken -> " (" + shown(broken) + ")")
                        .orElse("") + ".");
    }

    private static Reply.Broken undecodable(String what) {
        return new Reply.Broken(ItemErrorCode.ANSWER_NOT_DECODED, what, false);
    }

    private static Reply.Broken broken(String what) {
        return new Reply.Broken(ItemErrorCode.CONNECTION_FAILED, what, true);
    }

    /** Whether TLS failed because the connection was lost, and not because one side refused. */
    private static boolean isBrokenOff(SSLException tls) {
        return tls.getCause() instanceof java.io.IOException && !(tls.getCause() instanceof SSLException);
    }

    /** Returns the specific problem of the certificate if there is one, rather than a general failure. */
    private static String reason(SSLException tls) {
        Throwable deepest = tls;
        for (Throwable cause = tls; cause != null; cause = cause.getCause()) {
            if (cause instanceof GeneralSecurityException) {
                deepest = cause;
            }
        }
        return shown(deepest);
    }

    private static String shown(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        String excerpt = AnswerText.excerpt(text);
        return excerpt.endsWith(".") ? excerpt.substring(0, excerpt.length() - 1) : excerpt;
    }

    /** Whether a failure or one of its causes has a type. False for null. */
    static boolean has(@Nullable Throwable failure, Class<?> type) {
        return find(failure, type).isPresent();
    }

    private static <T> Optional<T> find(@Nullable Throwable failure, Class<T> type) {
        int depth = 0; // causes may form a cycle
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause(), depth++) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }
}
