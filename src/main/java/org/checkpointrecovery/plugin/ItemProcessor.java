package org.checkpointrecovery.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A processor of your own. Put it into a jar that names it in {@code
 * META-INF/services/org.checkpointrecovery.plugin.ItemProcessor}, put the jar into the directory that the service is started
 * with ({@code --plugins DIR}), and submit jobs with {@code "processor":{"type":"plugin","name":"reverse","config":{}}}:
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
 * <p>The class is public and has a public constructor without parameters. Each job makes as many objects of it as its
 * {@code concurrency} says, and each object is used by one thread at a time: {@link #open} first, then {@link #process} for
 * many items, then {@link #close}. An item may be processed again after a crash: what is done outside of the service should
 * be recognised by {@link PluginItem#jobId} and {@link PluginItem#index}, which are the same then.
 *
 * <p>A plugin runs inside the service, with all that the service may do: install only what you trust.
 */
public interface ItemProcessor {
    /** The version of this interface. It grows when a plugin that was made for an older one would no longer work. */
    int API_VERSION = 1;

    /** {@link #API_VERSION}, as it was when the plugin was compiled. A service with another one does not start with it. */
    int apiVersion();

    /** What specs call it: 1 to 100 letters, digits, and {@code . _ -}. */
    String name();

    /**
     * Prepares for items.
     *
     * @param config of the spec: a JSON object as maps, lists, strings, numbers, booleans and nulls
     * @throws Exception if it cannot be used. The message is shown to the client: say what to write instead
     */
    default void open(Map<String, @Nullable Object> config) throws Exception {}

    /**
     * Processes an item.
     *
     * @return the result: null, a string, boolean or number, or a map or list of such
     * @throws Exception to fail the item. The message goes to the errors file
     */
    @Nullable
    Object process(PluginItem item) throws Exception;

    /** Gives back what {@link #open} took. Also called when that has failed. */
    default void close() throws Exception {}
}
