package org.checkpointrecovery.job;

/** Why an item failed: all codes in an errors file. */
public enum ItemErrorCode {
    /** The spec's {@code faults} made it fail. */
    FAULT_INJECTED,
    /** The item's bytes are not UTF-8. */
    NOT_UTF8,
    /** The item exceeds the maximum item size. */
    ITEM_TOO_LONG,
    /** The line is not one JSON value. */
    NOT_JSON,
    /** The record violates RFC 4180, or has another number of fields than the header. */
    BAD_CSV_RECORD,
    /** The template uses a field that the item does not have. */
    FIELD_MISSING,
    /** A value of the item does not fit its placeholder in the template. */
    BODY_NOT_JSON,
    /** The endpoint answered with a permanent error status, or with a status other than 2xx at the last attempt. */
    HTTP_STATUS,
    /** The last attempt exceeded its timeout. */
    TIMED_OUT,
    /** The connection could not be made, or was lost before the response was complete. */
    CONNECTION_FAILED,
    /** The endpoint's certificate is not trusted, or TLS failed otherwise. */
    TLS_FAILED,
    /** The response exceeds the maximum size in the spec. */
    ANSWER_TOO_LARGE,
    /** The response has an unknown Content-Encoding, or does not match it. */
    ANSWER_NOT_DECODED,
    /** The service may not connect to the endpoint's address. */
    ADDRESS_NOT_ALLOWED,
    /** The command exited with a code other than 0, or could not be started. */
    COMMAND_FAILED,
    /** The plugin threw an exception. */
    PLUGIN_FAILED
}
