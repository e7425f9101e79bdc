package org.checkpointrecovery.processor.plugin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.plugin.ItemProcessor;
import org.checkpointrecovery.plugin.PluginItem;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.JsonText;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plugin object, open for the items of one job. Catches everything that it throws. A result is:
 *
 * <pre>{"index":3,"result":"..."}</pre>
 *
 * Used by one thread.
 */
final class OpenPlugin {
    private static final Logger log = LoggerFactory.getLogger(OpenPlugin.class);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int MAX_DEPTH = 500;

    private final String name;
    private final ItemProcessor plugin;

    private OpenPlugin(String name, ItemProcessor plugin) {
        this.name = name;
        this.plugin = plugin;
    }

    /** The plugin could not be opened. */
    static final class FailedException extends Exception {
        FailedException(Throwable cause) {
            super(said(cause), cause);
        }

        FailedException(String message) {
            super(message);
        }
    }

    static OpenPlugin open(Plugins plugins, PluginOptions options) throws FailedException {
        OpenPlugin made = null;
        try {
            made = new OpenPlugin(options.name(), plugins.make(options.name()));
            made.plugin.open(MAPPER.readValue(
                    options.config().toString(), new TypeReference<Map<String, @Nullable Object>>() {}));
            return made;
        } catch (Throwable e) { // whatever a plugin throws
            if (made != null) {
                made.close();
            }
            throw new FailedException(e);
        }
    }

    /**
     * Checks that a plugin opens with a options, on a separate thread, within the time limit of an item.
     */
    static void check(Plugins plugins, PluginOptions options) throws FailedException {
        CompletableFuture<Optional<FailedException>> opened = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        OpenPlugin plugin = open(plugins, options);
                        opened.complete(Optional.empty());
                        plugin.close();
                    } catch (FailedException e) {
                        opened.complete(Optional.of(e));
                    }
                },
                "plugin-check-" + options.name());
        thread.setDaemon(true);
        thread.start();
        try {
            Optional<FailedException> failure = opened.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new FailedException(
                    "it did not open within " + options.timeout().toMillis() + " ms (timeoutMillis)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException(e);
        } catch (ExecutionException e) {
            throw new FailedException(e);
        }
    }

    private static String said(Throwable e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        String one = message == null
                ? ""
                : message.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return one.isEmpty() ? e.getClass().getName() : one;
    }

    Answer process(Work work, String text) {
        Object result;
        try {
            result = plugin.process(new PluginItem(work.job().value(), work.index(), text));
            return new Answer.Succeeded(JsonText.object(json -> {
                json.writeNumberField("index", work.index());
                json.writeFieldName("result");
                write(result, json, 0);
            }));
        } catch (Throwable e) { // a plugin may throw anything; it fails the item, not the service
            return new Answer.Failed(
                    new ItemFailure(
                            ItemErrorCode.PLUGIN_FAILED,
                            "The plugin \"" + name + "\" threw " + e.getClass().getName() + ": " + said(e)),
                    1);
        }
    }

    private static void write(@Nullable Object value, JsonGenerator json, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("its result is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null) {
            json.writeNull();
        } else if (value instanceof CharSequence text) {
            json.writeString(text.toString());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Number number) {
            write(number, json);
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> field : map.entrySet()) {
                json.writeFieldName(String.valueOf(field.getKey()));
                write(field.getValue(), json, depth + 1);
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(element, json, depth + 1);
            }
            json.writeEndArray();
        } else {
            throw new IllegalArgumentException("its result contains a "
                    + value.getClass().getName() + "; use strings, numbers, booleans, nulls, maps and lists");
        }
    }

    private static void write(Number number, JsonGenerator json) throws IOException {
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "its result contains the number " + value + ", which JSON cannot represent");
            }
            json.writeNumber(number.toString());
        } else if (number instanceof BigDecimal decimal) {
            json.writeNumber(decimal);
        } else if (number instanceof BigInteger whole) {
            json.writeNumber(whole);
        } else {
            json.writeNumber(number.longValue());
        }
    }

    void close() {
        try {
            plugin.close();
        } catch (Throwable e) { // whatever a plugin throws
            log.warn("The plugin \"{}\" failed to close: {}", name, e.toString());
        }
    }
}
