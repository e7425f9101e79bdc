package org.checkpointrecovery.job;

/**
 * A client's key for a submission, and a digest of the submitted request.
 *
 * @param key 1 to 255 visible ASCII characters
 * @param requestSha256 SHA-256 of the request's JSON value, in hexadecimal
 */
public record IdempotencyKey(String key, String requestSha256) {}
