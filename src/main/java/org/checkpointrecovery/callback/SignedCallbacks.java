package org.checkpointrecovery.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.checkpointrecovery.engine.Callbacks;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.outbound.AddressRules;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends callbacks by POST, with these headers:
 *
 * <pre>
 * Callback-Id: 0mh3k2v9x-7fq2mzt4-2-COMPLETED      (job, number of its end, state: stable across retries)
 * Callback-Timestamp: 1795430131                   (seconds, time of this attempt)
 * Callback-Signature: v1=9f86d081...               (HMAC-SHA256 of "TIMESTAMP.BODY", in hexadecimal digits)
 * </pre>
 *
 * The client and the key are created for the first callback.
 */
public final class SignedCallbacks implements Callbacks {
    private static final Logger log = LoggerFactory.getLogger(SignedCallbacks.class);
    private static final String HMAC = "HmacSHA256";

    private final AddressRules rules;
    private final Supplier<Poster> posters;
    private final Key key;
    private final Function<JobView, byte[]> body;
    private final Clock clock;
    private @Nullable Poster poster; // guarded by this
    private @Nullable String signingKey; // guarded by this
    private boolean closed; // guarded by this

    /** Returns the key, creating it if needed. The bytes of the text are the key. */
    public interface Key {
        String get() throws IOException;
    }

    /** @param body of the callback, JSON */
    public SignedCallbacks(
            AddressRules rules, Supplier<Poster> posters, Key key, Function<JobView, byte[]> body, Clock clock) {
        this.rules = rules;
        this.posters = posters;
        this.key = key;
        this.body = body;
        this.clock = clock;
    }

    @Override
    public Optional<String> problem(String url) {
        return rules.problem(URI.create(url));
    }

    @Override
    public synchronized void deliver(int end, JobView view, Runnable settled) {
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
            signingKey = signingKey == null ? key.get() : signingKey;
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
        String secret = signingKey;
        poster.post(new Poster.Message(url, bytes, () -> headers(id, secret, bytes)), failure -> {
            if (failure.isPresent()) {
                giveUp(job, failure.get(), settled);
            } else {
                log.info("Job {}: delivered the {} callback to {}", job.id(), job.status(), url.getHost());
                settled.run();
            }
        });
    }

    private static void giveUp(Job job, String why, Runnable settled) {
        log.warn("Job {}: giving up on the {} callback: {}", job.id(), job.status(), why);
        settled.run();
    }

    private Map<String, String> headers(String id, String secret, byte[] bytes) {
        String timestamp = Long.toString(clock.instant().getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Callback-Id", id);
        headers.put("Callback-Timestamp", timestamp);
        headers.put("Callback-Signature", "v1=" + signature(secret, timestamp, bytes));
        return headers;
    }

    private static String signature(String secret, String timestamp, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), HMAC));
            mac.update((timestamp + ".").getBytes(UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
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
