package org.checkpointrecovery.processor.http;

import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.outbound.CallLimits;
import org.checkpointrecovery.outbound.Hosts;
import org.checkpointrecovery.processor.ConcurrentKind;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/** Builds processors that call endpoints, with the operator's secrets and within the operator's rules. Thread-safe. */
public final class HttpKind implements ConcurrentKind<HttpOptions> {
    public static final ProcessorDescription DESCRIPTION = HttpOptions.DESCRIPTION;

    private final Secrets secrets;
    private final String secretsSetting;
    private final AddressRules rules;
    private final Clock clock;
    private final CallClient client;
    private final Backoff backoff;

    /** @param client makes the calls of all processors; closed by its owner */
    /** @param secretsSetting what the operator calls the setting of the secrets, for messages */
    public HttpKind(Secrets secrets, String secretsSetting, CallClient client, Clock clock) {
        this(secrets, secretsSetting, client, clock, Backoff.DEFAULT);
    }

    HttpKind(Secrets secrets, String secretsSetting, CallClient client, Clock clock, Backoff backoff) {
        this.secrets = secrets;
        this.secretsSetting = secretsSetting;
        this.rules = client.rules();
        this.clock = clock;
        this.client = client;
        this.backoff = backoff;
    }

    @Override
    public ProcessorDescription description() {
        return HttpOptions.DESCRIPTION;
    }

    @Override
    public Class<HttpOptions> options() {
        return HttpOptions.class;
    }

    @Override
    public int concurrency(HttpOptions options) {
        return options.concurrency();
    }

    @Override
    public HttpOptions shared(HttpOptions options, int tasks) {
        return options.shared(tasks);
    }

    @Override
    public List<Problem> problems(HttpOptions options, Format format) {
        List<Problem> problems = new ArrayList<>();
        rules.problem(URI.create(options.url())).ifPresent(problem -> problems.add(new Problem("url", problem)));
        options.headers().forEach((name, value) -> {
            if (value instanceof HeaderValue.Secret secret
                    && secrets.value(secret.name()).isEmpty()) {
                problems.add(new Problem(
                        List.of("headers", name, "secret"),
                        "names \"" + secret.name() + "\", an unknown secret; add it to the service's "
                                + secretsSetting));
            }
        });
        Optional<BodyTemplate> template = template(options);
        template.flatMap(BodyTemplate::problem).ifPresent(problem -> problems.add(new Problem("body", problem)));
        Set<String> fields = template.map(BodyTemplate::fields).orElse(Set.of());
        if (!fields.isEmpty() && !format.kind().isJson()) {
            problems.add(new Problem(
                    "body",
                    "names the field {" + fields.iterator().next() + "}, but the items of the format \""
                            + format.kind().text() + "\" have no fields; use {item} or {index}"));
        }
        return problems;
    }

    private static Optional<BodyTemplate> template(HttpOptions options) {
        return RequestBody.of(options) instanceof RequestBody.FilledTemplate filled
                ? Optional.of(filled.template())
                : Optional.empty();
    }

    @Override
    public List<Problem> problems(HttpOptions options, List<String> fields) {
        List<Problem> problems = new ArrayList<>();
        template(options).ifPresent(template -> {
            for (String place : template.fields()) {
                if (!fields.contains(place)) {
                    problems.add(new Problem(
                            "body",
                            "names the unknown field {" + place + "}; the fields of the input are "
                                    + String.join(", ", fields)));
                }
            }
            for (String place : template.ownPlaces()) {
                if (fields.contains(place)) {
                    problems.add(new Problem(
                            "body",
                            "has the placeholder {" + place + "}, which means the "
                                    + (place.equals(BodyTemplate.ITEM) ? "whole item" : "number of the item")
                                    + ", but the input also has a field of that name; rename the field"));
                }
            }
        });
        return problems;
    }

    @Override
    public Map<String, List<String>> provided() {
        return Map.of("secrets", secrets.names());
    }

    @Override
    public ConcurrentProcessor build(HttpOptions options) throws UnavailableException {
        URI url = URI.create(options.url());
        if (rules.problem(url).isPresent()) {
            throw new UnavailableException(
                    "The url of the processor " + rules.problem(url).get() + ". Restart the service with another "
                            + client.rules().setting() + " and resume the job.");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> used = new ArrayList<>();
        for (Map.Entry<String, HeaderValue> header : options.headers().entrySet()) {
            headers.put(header.getKey(), value(header.getKey(), header.getValue(), used));
        }
        Redaction redaction = new Redaction(used);
        CallLimits limits = new CallLimits(
                options.concurrency(), options.connectTimeout(), options.timeout(), options.maxResponseBytes());
        return new HttpProcessor(
                options,
                new Judge(Hosts.named(url), options.maxAttempts(), redaction, clock),
                new HttpProcessor.Setup(
                        RequestBody.of(options),
                        new ItemCalls(url, options.method(), headers),
                        client.caller(limits),
                        client.loop(),
                        backoff,
                        () -> ThreadLocalRandom.current().nextDouble()));
    }

    private String value(String header, HeaderValue value, List<String> used) throws UnavailableException {
        if (value instanceof HeaderValue.Text text) {
            return text.text();
        }
        String name = ((HeaderValue.Secret) value).name();
        String secret = secrets.value(name)
                .orElseThrow(() -> new UnavailableException("The header " + header
                        + " of the processor needs the secret \""
                        + name + "\", which this service does not have. Add it to the " + secretsSetting
                        + ", restart the service and resume the job."));
        used.add(secret);
        return secret;
    }
}
