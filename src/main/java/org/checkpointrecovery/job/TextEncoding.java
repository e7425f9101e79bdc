package org.checkpointrecovery.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A text encoding that inputs are decoded from. The service itself uses only UTF-8. */
public enum TextEncoding implements Named {
    UTF_8("UTF-8"),
    /** Either byte order, according to the byte-order mark. */
    UTF_16("UTF-16"),
    UTF_16LE("UTF-16LE"),
    UTF_16BE("UTF-16BE"),
    WINDOWS_1252("windows-1252"),
    ISO_8859_1("ISO-8859-1");

    private final String text;

    TextEncoding(String text) {
        this.text = text;
    }

    /** Returns the IANA name of the encoding. */
    @Override
    public String text() {
        return text;
    }

    /** Returns the encoding with exactly this name. */
    public static Optional<TextEncoding> named(String name) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.text.equals(name))
                .findFirst();
    }

    /** Returns the encoding of a name, ignoring case. */
    public static Optional<TextEncoding> of(String name) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.text.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** Returns all names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(TextEncoding::text).collect(Collectors.joining(", "));
    }
}
