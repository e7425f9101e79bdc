package org.checkpointrecovery.engine.local;

import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.jspecify.annotations.Nullable;

/** A slice with copies of its items, and the outcomes of those that have finished. */
final class PendingSlice {
    private final Slice slice;
    private final ItemWindow.Span span;
    private final long firstNumber;
    private final Item[] items;
    private final @Nullable Entry[] entries; // guarded by the processing
    private int missing; // guarded by the processing
    private int begun; // of the reading activity

    /** @param firstNumber number of its first item in the job */
    PendingSlice(Slice slice, ItemWindow.Span span, Items source, long firstNumber) {
        this.slice = slice;
        this.span = span;
        this.firstNumber = firstNumber;
        this.missing = source.count();
        this.items = new Item[missing];
        this.entries = new Entry[missing];
        for (int i = 0; i < missing; i++) {
            items[i] = source.get(i).copy();
        }
    }

    Slice slice() {
        return slice;
    }

    ItemWindow.Span span() {
        return span;
    }

    /** Returns the position of the next item that has not begun. */
    int next() {
        return begun;
    }

    boolean hasNext() {
        return begun < items.length;
    }

    void beginNext() {
        begun++;
    }

    Item item(int position) {
        return items[position];
    }

    /** Returns the number of an item in the job. */
    long number(int position) {
        return firstNumber + position;
    }

    /** Adds an outcome; true if it is the last one. */
    boolean finish(int position, Entry entry) {
        entries[position] = entry;
        missing--;
        return missing == 0;
    }

    /** Writes the outcomes of all items into the slice, in item order. */
    void write(RunSettings settings) {
        for (int i = 0; i < items.length; i++) {
            if (entries[i] instanceof Entry.Succeeded succeeded) {
                slice.results
                        .raw(settings.resultsFormat().before())
                        .raw(succeeded.result())
                        .raw(settings.resultsFormat().after());
                slice.succeeded++;
            } else if (entries[i] instanceof Entry.Failed failed) {
                slice.fail(items[i], failed.failure(), failed.attempts());
            }
        }
        slice.reported = true;
    }
}
