package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.item.LineSource;
import org.checkpointrecovery.processor.TextStats;

/**
 * What one would write without this project: single-threaded loops that do the same transformation, with no checkpoint and
 * without forcing anything to disk. Arguments: {@code bytes} or {@code strings}, the input, the output.
 */
public final class PlainLoops {
    private PlainLoops() {}

    public static void main(String[] arguments) throws IOException {
        Path input = Path.of(arguments[1]);
        Path output = Path.of(arguments[2]);
        if (arguments[0].equals("bytes")) {
            bytes(input, output);
        } else {
            strings(input, output);
        }
    }

    /** On bytes, with the project's own fast parts. */
    private static void bytes(Path input, Path output) throws IOException {
        TextStats processor = new TextStats();
        JsonBytes results = new JsonBytes(512 * 1024);
        try (LineSource source = new LineSource(
                        FileChannel.open(input), new LineSource.Lines(Files.size(input), 1 << 20, true, true), 0, 0);
                OutputStream out = Files.newOutputStream(output)) {
            for (Items items = source.read(4096); items.count() > 0; items = source.read(4096)) {
                for (int i = 0; i < items.count(); i++) {
                    if (processor.process(items.get(i), results) != null) {
                        throw new IOException("not UTF-8");
                    }
                    results.raw('\n');
                    if (results.length() > 256 * 1024) {
                        out.write(results.array(), 0, results.length());
                        results.clear();
                    }
                }
            }
            out.write(results.array(), 0, results.length());
        }
    }

    /** As most would write it: readers, strings, a JSON generator. */
    private static void strings(Path input, Path output) throws IOException {
        JsonFactory json = new JsonFactory();
        try (BufferedReader in = Files.newBufferedReader(input, StandardCharsets.UTF_8);
                BufferedWriter out = Files.newBufferedWriter(output, StandardCharsets.UTF_8);
                JsonGenerator generator = json.createGenerator(out)) {
            generator.setRootValueSeparator(new SerializedString("\n"));
            long index = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String item = line.strip();
                if (item.isEmpty()) {
                    continue;
                }
                generator.writeStartObject();
                generator.writeNumberField("index", index++);
                generator.writeStringField("original", item);
                generator.writeNumberField("length", item.codePointCount(0, item.length()));
                generator.writeNumberField("word_count", item.split("\\s+", -1).length);
                generator.writeStringField("uppercase", item.toUpperCase(Locale.ROOT));
                generator.writeEndObject();
            }
        }
    }
}
