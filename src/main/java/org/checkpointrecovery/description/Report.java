package org.checkpointrecovery.description;

/** Receives what is wrong with a value. */
@FunctionalInterface
public interface Report {
    /**
     * @param path the place within the value, as a JSON pointer; empty for the value itself
     * @param message the problem, as the rest of a sentence that begins with the place
     */
    void error(String path, String message);

    /** Returns a report about a part of the value. */
    default Report within(String name) {
        return (path, message) -> error("/" + pointer(name) + path, message);
    }

    /** Escapes a name for a JSON pointer (RFC 6901). */
    static String pointer(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
