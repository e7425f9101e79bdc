package org.checkpointrecovery.engine;

import java.nio.charset.StandardCharsets;
import org.checkpointrecovery.job.Format;

/**
 * An input of each format, with all that is odd about it; ten items, of which some fail where an item may have no more than
 * {@link #MAX_ITEM_BYTES}.
 */
public enum Sample {
    LINES(Format.Kind.LINES, "\ufeffone\r\n two\n\n" + "x".repeat(61) + "\nb\u00e4d#\n5\n6\n7\n8\n  \n9\n10"),
    RAW_LINES(
            Format.Kind.RAW_LINES,
            "\ufeffone\r\n two \n\n" + "x".repeat(61) + "\r\r\nb\u00e4d#\r\r\n\n\r\n7#\r\n " + " ".repeat(61)
                    + "\n#\r"),
    JSONL(
            Format.Kind.JSONL,
            "\ufeff{\"a\":1}\n\n [2] \r\nnope\n\"" + "x".repeat(61) + "\"\n4 4\n5\n\"6#\"\n7\ntrue\n{\"b\":"),
    CSV(
            Format.Kind.CSV,
            "\ufeff\r\n\"id\"\"\";b\r\n0;\"a\r\n\n;b\"\r\n\r\n1\n2;\"" + "0123456789\n".repeat(10)
                    + "\"\n\"3\"x;\"\n\"\n4#;5\r\n5;\"\"\"\n" + "\"\n6;7;8\n7;\"" + "0123456789\n".repeat(10)
                    + "\"\r\n8;ok\n9;\"two\n"
                    + "lines\"z");

    public static final int MAX_ITEM_BYTES = 60;
    private static final int BATCH = 3;

    private final Format.Kind kind;
    private final String text;

    Sample(Format.Kind kind, String text) {
        this.kind = kind;
        this.text = text;
    }

    /** With a byte that is not UTF-8 for each #. */
    public byte[] bytes() {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '#') {
                bytes[at] = (byte) 0xff;
            }
        }
        return bytes;
    }

    public TestSpec spec() {
        return TestSpec.spec()
                .format(new Format(kind, kind == Format.Kind.CSV ? ';' : ','))
                .batchSize(BATCH);
    }
}
