package org.checkpointrecovery.job;

/** Why an item failed: the closed list of codes in an errors file. */
public enum ItemErrorCode {
    /** The spec's {@code faults} asked for it. */
    FAULT_INJECTED,
    /** The item's bytes are not UTF-8. */
    NOT_UTF8,
    /** The item is longer than the service's limit for one item. */
    ITEM_TOO_LONG,
    /** The line is no JSON value. */
    NOT_JSON,
    /** The record is not RFC 4180, or has more or fewer fields than the first one. */
    BAD_CSV_RECORD,
    /** The template names a field that the item does not have. */
    FIELD_MISSING,
    /** A value of the item cannot stand in its place of the template. */
    BODY_NOT_JSON,
    /** The endpoint answered with a status other than 2xx, for good or at the last attempt. */
    HTTP_STATUS,
    /** The last attempt took longer than its time-out. */
    TIMED_OUT,
    /** No connection could be made, or it broke off before the answer was whole. */
    CONNECTION_FAILED,
    /** The endpoint's certificate is not trusted, or TLS failed otherwise. */
    TLS_FAILED,
    /** The answer is longer than the spec allows. */
    ANSWER_TOO_LARGE,
    /** The answer is in a coding that is not known, or does not have the coding that it says. */
    ANSWER_NOT_DECODED,
    /** The service may not connect to the address that the endpoint's name stands for. */
    ADDRESS_NOT_ALLOWED,
    /** The command ended with an exit code other than 0, or could not be started. */
    COMMAND_FAILED,
    /** The plugin threw an exception. */
    PLUGIN_FAILED
}
