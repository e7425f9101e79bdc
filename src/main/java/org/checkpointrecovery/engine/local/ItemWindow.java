package org.checkpointrecovery.engine.local;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far the items of a run may be ahead of the first incomplete slice, so that one slow item does not fill the memory
 * with finished ones. Not thread-safe.
 */
final class ItemWindow {
    /** Maximum items from the first incomplete slice to the last started item. */
    private static final int MAX_ITEMS = 16 * 1024;
    /** Maximum bytes of items and results in incomplete slices. The queue bounds the complete ones. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    private final Deque<Span> spans = new ArrayDeque<>();
    private int items;
    private long bytes;

    /** The share of a slice that is incomplete or follows an incomplete one. */
    static final class Span {
        private int items;
        private long bytes;
        private boolean complete;
    }

    /** Adds a slice behind the others. */
    Span open() {
        Span span = new Span();
        spans.addLast(span);
        return span;
    }

    /** Whether no item of a slice may start. The first incomplete slice is never blocked, because the others wait for it. */
    boolean isFull(Span span) {
        return (items >= MAX_ITEMS || bytes >= MAX_BYTES) && spans.peekFirst() != span;
    }

    /** Adds an item to a slice. */
    void enter(Span span, int itemBytes) {
        items++;
        span.items++;
        hold(span, itemBytes);
    }

    /** Adds a result that waits for the rest of its slice. */
    void hold(Span span, long resultBytes) {
        bytes += resultBytes;
        span.bytes += resultBytes;
    }

    /** Releases a slice whose items have all finished, and moves the window to the first incomplete slice. */
    void complete(Span span) {
        bytes -= span.bytes;
        span.complete = true;
        Span first = spans.peekFirst();
        while (first != null && first.complete) {
            items -= first.items;
            spans.removeFirst();
            first = spans.peekFirst();
        }
    }
}
