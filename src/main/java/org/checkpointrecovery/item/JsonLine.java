package org.checkpointrecovery.item;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.jspecify.annotations.Nullable;

/**
 * Checks that each line is one JSON value of any kind (RFC 8259), and passes it on unchanged.
 */
final class JsonLine implements ItemDecoder {
    private static final int MAX_NESTING = 1000;

    /** The only limit on the length of a value is the maximum item size. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final StrictUtf8 utf8 = new StrictUtf8();
    private Item item = new Item(new byte[0], 0, 0, 0, false);

    @Override
    public @Nullable ItemFailure decode(Item raw) {
        item = raw;
        // The parser would detect UTF-16 or UTF-32 in bytes that look like it, so it gets characters.
        ItemFailure notUtf8 = utf8.decode(raw);
        return notUtf8 != null ? notUtf8 : check(utf8.text());
    }

    private static @Nullable ItemFailure check(CharBuffer text) {
        try (JsonParser parser = JSON.createParser(text.array(), 0, text.limit())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return notJson("is blank, not a JSON value");
            }
            parser.skipChildren();
            return parser.nextToken() == null ? null : notJson("holds more than one JSON value");
        } catch (StreamConstraintsException e) {
            return notJson("is JSON nested deeper than " + MAX_NESTING + " levels");
        } catch (JacksonException e) {
            return notJson("is not valid JSON: syntax error at character "
                    + (e.getLocation().getCharOffset() + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no I/O
        }
    }

    private static ItemFailure notJson(String why) {
        return new ItemFailure(ItemErrorCode.NOT_JSON, "The line " + why + ". Correct it and submit the input again.");
    }

    @Override
    public Item decoded() {
        return item;
    }
}
