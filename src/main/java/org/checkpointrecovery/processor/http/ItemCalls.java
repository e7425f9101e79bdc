package org.checkpointrecovery.processor.http;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.outbound.Call;
import org.checkpointrecovery.processor.Work;

/**
 * Creates the requests for items. {@code Idempotency-Key} is stable across attempts, resumes, crashes and retries.
 * Immutable.
 */
final class ItemCalls implements HttpProcessor.Calls {
    private static final String CONTENT_TYPE = "Content-Type";

    private final URI url;
    private final String method;
    private final List<Call.Header> headers;
    private final boolean typed;

    ItemCalls(URI url, String method, Map<String, String> headers) {
        this.url = url;
        this.method = method;
        this.headers = headers.entrySet().stream()
                .map(header -> new Call.Header(header.getKey(), header.getValue()))
                .toList();
        this.typed = headers.keySet().stream().anyMatch(CONTENT_TYPE::equalsIgnoreCase);
    }

    @Override
    public Call of(Work work, RequestBody.Made.Ready body, int attempt) {
        List<Call.Header> all = new ArrayList<>(headers.size() + 5);
        if (body.contentType() != null && !typed) {
            all.add(new Call.Header(CONTENT_TYPE, body.contentType()));
        }
        all.addAll(headers);
        all.add(new Call.Header("Idempotency-Key", "\"" + work.first() + "-" + work.index() + "\""));
        all.add(new Call.Header("Job-Id", work.job().value()));
        all.add(new Call.Header("Item-Index", Long.toString(work.index())));
        all.add(new Call.Header("Attempt", Integer.toString(attempt)));
        return new Call(url, method, all, body.bytes());
    }
}
