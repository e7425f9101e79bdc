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
import java.util.function.Supplier;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.HeaderValue;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.Hosts;
import org.checkpointrecovery.outbound.JettyCaller;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.outbound.ThreadLoop;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Builds processors that call endpoints, with the operator's secrets and within the operator's rules. Thread-safe. */
public final class HttpKind implements ProcessorKind<ProcessorSpec.Http> {
    private final Secrets secrets;
    private final AddressRules rules;
    private final Clock clock;
    private final NameLookup names;
    private final Supplier<SslContextFactory.Client> tls;
    private final Backoff backoff;

    public HttpKind(Secrets secrets, AddressRules rules, Clock clock) {
        this(secrets, rules, clock, NameLookup.SYSTEM, SslContextFactory.Client::new, Backoff.DEFAULT);
    }

    /**
     * @param tls creates the TLS settings, separate ones for each processor: closing a client stops its settings
     */
    HttpKind(
            Secrets secrets,
            AddressRules rules,
            Clock clock,
            NameLookup names,
            Supplier<SslContextFactory.Client> tls,
            Backoff backoff) {
        this.secrets = secrets;
        this.rules = rules;
        this.clock = clock;
        this.names = names;
        this.tls = tls;
        this.backoff = backoff;
    }

    @Override
    public Class<ProcessorSpec.Http> specs() {
        return ProcessorSpec.Http.class;
    }

    @Override
    public List<Problem> problems(ProcessorSpec.Http spec, Format format) {
        List<Problem> problems = new ArrayList<>();
        rules.problem(URI.create(spec.request().url())).ifPresent(problem -> problems.add(new Problem("url", problem)));
        spec.request().headers().forEach((name, value) -> {
            if (value instanceof HeaderValue.Secret secret
                    && secrets.value(secret.name()).isEmpty()) {
                problems.add(new Problem(
                        List.of("headers", name, "secret"),
                        "names \"" + secret.name() + "\", an unknown secret; add it to the service's --secrets-file"));
            }
        });
        Optional<BodyTemplate> template = template(spec);
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

    private static Optional<BodyTemplate> template(ProcessorSpec.Http spec) {
        return RequestBody.of(spec) instanceof RequestBody.FilledTemplate filled
                ? Optional.of(filled.template())
                : Optional.empty();
    }

    @Override
    public List<Problem> problems(ProcessorSpec.Http spec, List<String> fields) {
        List<Problem> problems = new ArrayList<>();
        template(spec).ifPresent(template -> {
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
    public ConcurrentProcessor build(ProcessorSpec.Http spec) throws UnavailableException {
        URI url = URI.create(spec.request().url());
        if (rules.problem(url).isPresent()) {
            throw new UnavailableException("The url of the processor "
                    + rules.problem(url).get() + ". Restart the service with another --http-allow and resume the job.");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> used = new ArrayList<>();
        for (Map.Entry<String, HeaderValue> header : spec.request().headers().entrySet()) {
            headers.put(header.getKey(), value(header.getKey(), header.getValue(), used));
        }
        Redaction redaction = new Redaction(used);
        JettyCaller.Limits limits = new JettyCaller.Limits(
                spec.limits().concurrency(),
                spec.limits().connectTimeout(),
                spec.limits().timeout(),
                spec.limits().maxResponseBytes());
        return new HttpProcessor(
                spec,
                new Judge(Hosts.named(url), spec.limits().maxAttempts(), redaction, clock),
                new HttpProcessor.Setup(
                        RequestBody.of(spec),
                        new ItemCalls(url, spec.request().method(), headers),
                        new JettyCaller(limits, names, rules, tls.get()),
                        new ThreadLoop("http-items"),
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
                        + name + "\", which this service does not have. Add it to the --secrets-file, restart the "
                        + "service and resume the job."));
        used.add(secret);
        return secret;
    }
}
