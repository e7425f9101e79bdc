package org.checkpointrecovery.job;

/** Why an item failed: the closed list of codes in an errors file. */
public enum ItemErrorCode {
    /** The spec's {@code faults} asked for it. */
    FAULT_INJECTED,
    /** The item's bytes are not UTF-8. */
    NOT_UTF8,
    /** The item is longer than the service's limit for one item. */
    ITEM_TOO_LONG
}
