package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kong.unirest.core.Body;
import kong.unirest.core.Config;
import kong.unirest.core.Header;
import kong.unirest.core.HttpRequest;
import kong.unirest.core.HttpRequestSummary;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.Interceptor;
import org.jspecify.annotations.Nullable;

/**
 * Holds each exchange of a Unirest instance against the contract; the call itself fails with an {@link AssertionError}.
 *
 * <p>Bodies are checked when they are sent and read as a String or as bytes. Only a synchronous call is seen as a
 * whole: Unirest shows the request's body before sending and the answer after it, and nothing but the thread ties the
 * two together.
 */
public final class ContractInterceptor implements Interceptor {
    private final Contract contract;
    private final ThreadLocal<@Nullable String> requestBody = new ThreadLocal<>();

    public ContractInterceptor(Contract contract) {
        this.contract = contract;
    }

    @Override
    public void onRequest(HttpRequest<?> request, Config config) {
        requestBody.set(
                request.getBody().isEmpty() ? "" : sent(request.getBody().get()));
    }

    @Override
    public void onResponse(HttpResponse<?> response, HttpRequestSummary request, Config config) {
        String sent = requestBody.get();
        requestBody.remove();
        URI uri = URI.create(request.getUrl());
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        contract.check(new Exchange(
                request.getHttpMethod().name(),
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
                byName(request.getHeaders()),
                sent,
                response.getStatus(),
                byName(response.getHeaders().all()),
                received(response)));
    }

    /** Null if it is a stream or a form. */
    private static @Nullable String sent(Body body) {
        Object value = body.isEntityBody() ? body.uniPart().getValue() : null;
        if (value instanceof byte[] bytes) {
            return new String(bytes, UTF_8);
        }
        return value instanceof String text ? text : null;
    }

    /** Null if the call does not read it, or not as a String or bytes. */
    private static @Nullable String received(HttpResponse<?> response) {
        Object body = response.getBody();
        if (body instanceof byte[] bytes) {
            return response.getStatus() == 206 ? new String(bytes, UTF_8) : strictly(bytes);
        }
        return body instanceof String text ? text : null;
    }

    private static String strictly(byte[] utf8) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("The response is not UTF-8.", e);
        }
    }

    private static Map<String, List<String>> byName(Collection<Header> headers) {
        var byName = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach(header -> byName.computeIfAbsent(header.getName(), name -> new ArrayList<>())
                .add(header.getValue()));
        return byName;
    }
}
