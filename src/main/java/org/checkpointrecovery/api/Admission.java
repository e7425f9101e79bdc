package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.access.Client;
import org.checkpointrecovery.access.Reloaded;
import org.checkpointrecovery.access.Role;
import org.checkpointrecovery.access.Tokens;
import org.jspecify.annotations.Nullable;

/** Admits requests that carry a token, and rejects what its role does not include. */
final class Admission {
    private static final String SCHEME = "bearer ";
    private static final String CLIENT = "client";

    private final Reloaded<Tokens> tokens;
    private final Proxies proxies;
    private final Lanes lanes;
    private final ScheduledExecutorService ticks;
    private final WrongTokens wrongTokens = new WrongTokens();

    Admission(Reloaded<Tokens> tokens, Proxies proxies, Lanes lanes, ScheduledExecutorService ticks) {
        this.tokens = tokens;
        this.proxies = proxies;
        this.lanes = lanes;
        this.ticks = ticks;
    }

    /**
     * Admits a request with a token, or answers it with 401.
     *
     * @return false if the answer is on its way
     */
    boolean admits(Context ctx) {
        Optional<Client> client = token(ctx).flatMap(token -> tokens.get().client(token));
        if (client.isEmpty()) {
            refuse(ctx);
            return false;
        }
        ctx.attribute(CLIENT, client.get());
        return true;
    }

    private static Optional<String> token(Context ctx) {
        String header = ctx.header("Authorization");
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    /** Returns who sent an admitted request; null if the service needs no token. */
    static @Nullable Client client(Context ctx) {
        return ctx.attribute(CLIENT);
    }

    /**
     * Rejects a request whose client lacks a role. Without tokens, everybody may do everything.
     *
     * @param what the subject of the sentence that says so
     */
    static void require(Context ctx, Role needed, String what) {
        Client client = client(ctx);
        if (client != null && !client.role().includes(needed)) {
            throw Problem.of(
                            Problem.Kind.INSUFFICIENT_ROLE,
                            what + " needs a token with the role " + needed.text() + "; the token of " + client.name()
                                    + " has the role " + client.role().text()
                                    + ". Nothing was changed. Use another token, or ask the operator for one.")
                    .exception();
        }
    }

    /** Answers with 401. Only requests with a wrong token count as guesses. */
    private void refuse(Context ctx) {
        ctx.header("WWW-Authenticate", "Bearer");
        ProblemException problem = Problem.of(
                        Problem.Kind.UNAUTHORIZED,
                        "This service requires a token. Send the header Authorization: Bearer followed by the token.")
                .exception();
        String source = WrongTokens.source(proxies.source(ctx.req()));
        WrongTokens.Refusal refusal = ctx.header("Authorization") == null
                ? WrongTokens.Refusal.NOW
                : wrongTokens.refuse(source, System.nanoTime());
        switch (refusal) {
            case NOW -> throw problem;
            case LAST -> {
                ctx.header("Connection", "close");
                throw problem;
            }
            case DELAYED ->
                ctx.future(() -> {
                    CompletableFuture<Void> refused = new CompletableFuture<>();
                    Runnable answer = () -> {
                        wrongTokens.answered(source);
                        refused.completeExceptionally(problem);
                    };
                    var unused = ticks.schedule(
                            () -> lanes.shortWork().execute(answer),
                            WrongTokens.DELAY.toMillis(),
                            TimeUnit.MILLISECONDS);
                    return refused;
                });
        }
    }

    /** Logs guesses. Call about once a second. */
    void tick(long nanoTime) {
        wrongTokens.check(nanoTime);
    }

    /** Uses changed tokens for the next requests. Call from one thread. */
    void check() {
        boolean unused = tokens.check();
    }

    /** Logs the guesses that are not logged yet. */
    void close() {
        wrongTokens.close();
    }
}
