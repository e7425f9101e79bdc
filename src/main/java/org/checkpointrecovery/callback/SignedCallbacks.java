package org.checkpointrecovery.callback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.checkpointrecovery.engine.Callbacks;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.outbound.AddressRules;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends callbacks by POST, with the headers of <a href="https://www.standardwebhooks.com">Standard Webhooks</a>:
 *
 * <pre>
 * webhook-id: 0mh3k2v9x-7fq2mzt4-2-COMPLETED       (job, number of its end, state: stable across retries)
 * webhook-timestamp: 1795430131                    (seconds, time of this attempt)
 * webhook-signature: v1,K5oZfzN95Z9U...            (see {@link WebhookSecret#signature})
 * </pre>
 *
 * The client and the secret are created for the first callback.
 */
public final class SignedCallbacks implements Callbacks {
    private static final Logger log = LoggerFactory.getLogger(SignedCallbacks.class);

    private final AddressRules rules;
    private final Supplier<Poster> posters;
    private final Secret secret;
    private final Function<JobView, byte[]> body;
    private final Clock clock;
    private @Nullable Poster poster; // guarded by this
    private @Nullable WebhookSecret signing; // guarded by this
    private boolean closed; // guarded by this

    /** Returns the secret, creating it if needed. */
    public interface Secret {
        WebhookSecret get() throws IOException;
    }

    /** @param body of the callback, JSON */
    public SignedCallbacks(
            AddressRules rules, Supplier<Poster> posters, Secret secret, Function<JobView, byte[]> body, Clock clock) {
        this.rules = rules;
        this.posters = posters;
        this.secret = secret;
        this.body = body;
        this.clock = clock;
    }

    @Override
    public Optional<String> problem(String url) {
        return rules.problem(URI.create(url));
    }

    @Override
    public synchronized void deliver(int end, JobView view, Settlement settled) {
        if (closed) {
            return;
        }
        Job job = view.job();
        String id = job.id() + "-" + end + "-" + job.status();
        URI url = URI.create(requireNonNull(job.validSpec().callbackUrl()));
        Optional<String> problem = rules.problem(url);
        if (problem.isPresent()) { // the rules have changed since the submission
            giveUp(job, "The callbackUrl " + problem.get() + ".", settled);
            return;
        }
        try {
            signing = signing == null ? secret.get() : signing;
        } catch (IOException e) {
            log.error(
                    "Job {}: cannot sign the {} callback: {}. It was not sent. Repair the key file; the next start "
                            + "sends the callback.",
                    job.id(),
                    job.status(),
                    e.getMessage());
            return;
        }
        poster = poster == null ? posters.get() : poster;
        byte[] bytes = body.apply(view);
        WebhookSecret signer = signing;
        poster.post(new Poster.Message(url, bytes, () -> headers(id, signer, bytes)), failure -> {
            if (failure.isPresent()) {
                giveUp(job, failure.get(), settled);
            } else {
                log.info("Job {}: delivered the {} callback to {}", job.id(), job.status(), url.getHost());
                settled.settled(true);
            }
        });
    }

    private static void giveUp(Job job, String why, Settlement settled) {
        log.warn("Job {}: giving up on the {} callback: {}", job.id(), job.status(), why);
        settled.settled(false);
    }

    private Map<String, String> headers(String id, WebhookSecret signer, byte[] bytes) {
        String timestamp = Long.toString(clock.instant().getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", timestamp);
        headers.put("webhook-signature", signer.signature(id, timestamp, bytes));
        return headers;
    }

    @Override
    public void close() {
        Poster open;
        synchronized (this) {
            closed = true;
            open = poster;
        }
        if (open != null) {
            open.close(); // outside the lock, because its thread may wait for the lock
        }
    }
}
