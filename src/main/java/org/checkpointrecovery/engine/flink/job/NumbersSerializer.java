package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Stores a value in Flink's checkpoints as a list of numbers, 4 bytes each. */
final class NumbersSerializer<T> implements SimpleVersionedSerializer<T> {
    private static final int VERSION = 1;

    private final Function<T, List<Integer>> numbers;
    private final Function<List<Integer>, T> value;

    private NumbersSerializer(Function<T, List<Integer>> numbers, Function<List<Integer>, T> value) {
        this.numbers = numbers;
        this.value = value;
    }

    static SimpleVersionedSerializer<RangeSplit> ofSplits() {
        return new NumbersSerializer<>(split -> List.of(split.number()), numbers -> new RangeSplit(numbers.get(0)));
    }

    static SimpleVersionedSerializer<AssignedRanges> ofAssignedRanges() {
        return new NumbersSerializer<>(
                ranges -> {
                    List<Integer> numbers = new ArrayList<>(List.of(ranges.next()));
                    numbers.addAll(ranges.returned());
                    return numbers;
                },
                numbers -> new AssignedRanges(numbers.get(0), numbers.subList(1, numbers.size())));
    }

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(T stored) {
        List<Integer> list = numbers.apply(stored);
        ByteBuffer bytes = ByteBuffer.allocate(list.size() * Integer.BYTES);
        list.forEach(bytes::putInt);
        return bytes.array();
    }

    @Override
    public T deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION) {
            throw new IOException("unknown version " + version);
        }
        IntBuffer ints = ByteBuffer.wrap(serialized).asIntBuffer();
        List<Integer> list = new ArrayList<>();
        while (ints.hasRemaining()) {
            list.add(ints.get());
        }
        return value.apply(list);
    }
}
