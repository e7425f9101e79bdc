package org.checkpointrecovery.access;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is read from small files, and read again when they change. Keeps the last valid value. Compares contents: a
 * replaced file may have the size and time of the old one. {@link #get} is thread-safe; {@link #check} is for one thread.
 */
public final class Reloaded<T> {
    private static final Logger log = LoggerFactory.getLogger(Reloaded.class);

    private final List<OptionFile> files;
    private final Parser<T> parser;
    private volatile T value;
    private List<byte[]> valid;
    private String reported = "";

    /** Turns contents of files into a value. */
    interface Parser<T> {
        /** @param contents in the order of the files */
        T parse(List<byte[]> contents) throws InvalidFilesException;
    }

    Reloaded(List<OptionFile> files, Parser<T> parser) throws InvalidFilesException {
        this.files = List.copyOf(files);
        this.parser = parser;
        this.valid = read();
        this.value = parser.parse(valid);
    }

    /** Returns the last valid value. */
    public T get() {
        return value;
    }

    /**
     * Reads the files again. Logs a problem once, until it changes or is solved.
     *
     * @return whether {@link #get} returns a new value
     */
    public boolean check() {
        return check(changed -> {});
    }

    /**
     * Reads the files again, like {@link #check()}.
     *
     * @param use called with a new value before {@link #get} returns it
     */
    public boolean check(Consumer<T> use) {
        try {
            List<byte[]> contents = read();
            if (same(contents, valid)) {
                reported = "";
                return false;
            }
            T changed = parser.parse(contents);
            use.accept(changed);
            value = changed;
            valid = contents;
            reported = "";
            log.info(
                    "Reloaded {}: {}",
                    files.stream().map(OptionFile::toString).collect(Collectors.joining(", ")),
                    value);
            return true;
        } catch (InvalidFilesException e) {
            if (!reported.equals(e.getMessage())) {
                reported = String.valueOf(e.getMessage());
                log.warn("{}. The service keeps using what it has read before: {}", reported, value);
            }
            return false;
        }
    }

    private List<byte[]> read() throws InvalidFilesException {
        List<byte[]> contents = new ArrayList<>();
        for (OptionFile file : files) {
            contents.add(file.read());
        }
        return contents;
    }

    private static boolean same(List<byte[]> contents, List<byte[]> others) {
        for (int i = 0; i < contents.size(); i++) {
            if (!Arrays.equals(contents.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }
}
