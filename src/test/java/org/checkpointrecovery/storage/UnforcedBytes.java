package org.checkpointrecovery.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The content of one file: what readers see, what is on the medium, and the writes between the two. When power is cut each
 * sector is found as it was before any one of these writes or after the last, whatever became of its neighbours, and the
 * same goes for the size; so bytes may be missing below later ones (they read as zeros, or as what stood there before the
 * file was cut back), and the size may have grown without the bytes.
 */
final class UnforcedBytes implements UnforcedNames.Node {
    /** Smaller than that of any disk, so that a file of a few lines is torn too. */
    static final int SECTOR_BYTES = 16;

    private final Content seen = new Content();
    private final Content onMedium = new Content();
    private final List<Write> unforced = new ArrayList<>();
    private final UnforcedNames.Look look = new UnforcedNames.Look();

    @Override
    public UnforcedNames.Look look() {
        return look;
    }

    int size() {
        return seen.size;
    }

    byte[] bytes() {
        return Arrays.copyOf(seen.bytes, seen.size);
    }

    /** Moves bytes from {@code position} on to {@code target}, as many as there are and fit; returns how many. */
    int read(int position, ByteBuffer target) {
        int count = Math.min(seen.size - position, target.remaining());
        target.put(seen.bytes, position, count);
        return count;
    }

    void append(byte[] source, int start, int end) {
        change(new Write(seen.size, Arrays.copyOfRange(source, start, end)));
    }

    void cutBack(int size) {
        if (size < seen.size) {
            change(new Write(size, new byte[0]));
        }
    }

    /** All that was written is on the medium; but what an earlier force has dropped stays lost. */
    void force() {
        unforced.forEach(onMedium::apply);
        unforced.clear();
    }

    /** As the kernel does when it cannot write: a part is on the medium, and the rest will not be tried again. */
    void failToForce(Random random) {
        arriveInPart(random);
        unforced.clear();
    }

    void cutPower(Random random) {
        arriveInPart(random);
        unforced.clear();
        seen.apply(new Write(0, Arrays.copyOf(onMedium.bytes, onMedium.size)));
    }

    private void arriveInPart(Random random) {
        int writes = unforced.size();
        switch (random.nextInt(5)) {
            case 0 -> {} // nothing
            case 1 -> unforced.forEach(onMedium::apply);
            case 2 -> arriveInOrder(random.nextInt(writes + 1), random);
            case 3 -> arriveScattered(0, random); // the size alone
            default -> arriveScattered(writes, random);
        }
    }

    private void change(Write write) {
        look.changes++;
        seen.apply(write);
        unforced.add(write);
    }

    /** {@code whole} writes, and some sectors of the next one. */
    private void arriveInOrder(int whole, Random random) {
        unforced.subList(0, whole).forEach(onMedium::apply);
        if (whole < unforced.size()) {
            Write torn = unforced.get(whole);
            int end = torn.from + random.nextInt(torn.bytes.length + 1);
            end -= end % SECTOR_BYTES;
            if (end > torn.from) {
                onMedium.apply(new Write(torn.from, Arrays.copyOf(torn.bytes, end - torn.from)));
            }
        }
    }

    /** Each sector as it was after some write, at most the {@code last}; and the size after any. */
    private void arriveScattered(int last, Random random) {
        int writes = unforced.size();
        int lowest = onMedium.size;
        int highest = onMedium.size;
        for (Write write : unforced) {
            lowest = Math.min(lowest, write.from);
            highest = Math.max(highest, write.end());
        }
        int arrivedSize = random.nextBoolean() ? writes : random.nextInt(writes + 1);
        int size =
                arrivedSize == 0 ? onMedium.size : unforced.get(arrivedSize - 1).end();
        byte[] tail = new byte[highest - lowest];
        int arrived = random.nextInt(last + 1);
        for (int at = lowest; at < highest; at++) {
            if (at % SECTOR_BYTES == 0) {
                arrived = random.nextInt(last + 1);
            }
            tail[at - lowest] = byteAfter(arrived, at);
        }
        onMedium.apply(new Write(lowest, tail));
        onMedium.apply(new Write(size, new byte[0]));
    }

    /** The byte after so many of the writes. */
    private byte byteAfter(int writes, int at) {
        for (int i = writes - 1; i >= 0; i--) {
            Write write = unforced.get(i);
            if (at >= write.from) {
                return at < write.end() ? write.bytes[at - write.from] : 0;
            }
        }
        return at < onMedium.size ? onMedium.bytes[at] : 0;
    }

    /** From {@code from} on the file holds {@code bytes}, and ends there: an append, or without bytes a cut. */
    private static final class Write {
        private final int from;
        private final byte[] bytes;

        Write(int from, byte[] bytes) {
            this.from = from;
            this.bytes = bytes;
        }

        int end() {
            return from + bytes.length;
        }
    }

    /** Bytes beyond {@code size} are zero. */
    private static final class Content {
        private byte[] bytes = new byte[64];
        private int size;

        void apply(Write write) {
            int end = write.end();
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            System.arraycopy(write.bytes, 0, bytes, write.from, write.bytes.length);
            if (end < size) {
                Arrays.fill(bytes, end, size, (byte) 0);
            }
            size = end;
        }
    }
}
