package org.checkpointrecovery.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** An encoding of text that inputs are decoded from. The service itself works with UTF-8 alone. */
public enum TextEncoding implements Named {
    UTF_8("UTF-8"),
    /** Either order of bytes: the byte-order mark says which. */
    UTF_16("UTF-16"),
    UTF_16LE("UTF-16LE"),
    UTF_16BE("UTF-16BE"),
    WINDOWS_1252("windows-1252"),
    ISO_8859_1("ISO-8859-1");

    private final String text;

    TextEncoding(String text) {
        this.text = text;
    }

    /** The name of the encoding at the IANA. */
    @Override
    public String text() {
        return text;
    }

    /** The encoding whose name is spelt exactly so. */
    public static Optional<TextEncoding> named(String name) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.text.equals(name))
                .findFirst();
    }

    /** The encoding of a name, in upper or lower case. */
    public static Optional<TextEncoding> of(String name) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.text.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** All names, for people. */
    public static String names() {
        return Arrays.stream(values()).map(TextEncoding::text).collect(Collectors.joining(", "));
    }
}
