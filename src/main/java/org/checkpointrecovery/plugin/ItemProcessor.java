package org.checkpointrecovery.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A custom processor. Put it in a jar that lists it in
 * {@code META-INF/services/org.checkpointrecovery.plugin.ItemProcessor}, put the jar in the service's plugin directory
 * ({@code --plugins DIR}), and submit jobs with {@code "processor":{"type":"plugin","name":"reverse","config":{}}}:
 *
 * <pre>
 * public final class Reverse implements ItemProcessor {
 *     public int apiVersion() {
 *         return API_VERSION;
 *     }
 *
 *     public String name() {
 *         return "reverse";
 *     }
 *
 *     public Object process(PluginItem item) {
 *         return new StringBuilder(item.text()).reverse().toString();
 *     }
 * }
 * </pre>
 *
 * <p>The class must be public and have a public constructor without parameters. Each job creates up to
 * {@code concurrency} objects of it. Each object is used by one thread at a time: {@link #open} first, then
 * {@link #process} for many items, then {@link #close}. An item may be processed again after a crash. Make effects
 * outside the service idempotent with {@link PluginItem#jobId} and {@link PluginItem#index}, which do not change.
 *
 * <p>A plugin runs inside the service with all its permissions: install only plugins that you trust.
 */
public interface ItemProcessor {
    /** The version of this interface. It increases when plugins for the older version would no longer work. */
    int API_VERSION = 1;

    /**
     * Returns {@link #API_VERSION}, which the compiler copies into the plugin. A service with another version refuses
     * to start with the plugin.
     */
    int apiVersion();

    /** Returns the name for specs: 1 to 100 letters, digits, and {@code . _ -}. */
    String name();

    /**
     * Prepares for items.
     *
     * @param config the spec's JSON object as maps, lists, strings, numbers, booleans and nulls
     * @throws Exception if the config is invalid. The message is shown to the client: say what to send instead
     */
    default void open(Map<String, @Nullable Object> config) throws Exception {}

    /**
     * Processes an item.
     *
     * @return the result: null, a string, boolean or number, or a map or list of these
     * @throws Exception to fail the item. The message is written to the errors file
     */
    @Nullable
    Object process(PluginItem item) throws Exception;

    /** Releases the resources of {@link #open}. Also called if that has failed. */
    default void close() throws Exception {}
}
