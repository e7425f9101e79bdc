package org.checkpointrecovery.job;

/**
 * The key by which a client recognises its own submission, and a digest of what it submitted.
 *
 * @param key 1 to 255 visible ASCII characters
 * @param requestSha256 of the request's JSON value, in hex
 */
public record IdempotencyKey(String key, String requestSha256) {}
