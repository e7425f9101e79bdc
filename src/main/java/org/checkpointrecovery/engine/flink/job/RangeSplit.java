package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A {@link org.checkpointrecovery.job.Range} on its way to a task, without classes of the service's jar. */
record RangeSplit(long firstItem, long items, long inputBytes, long nextBytes, boolean last) implements SourceSplit {
    @Override
    public String splitId() {
        return String.valueOf(firstItem);
    }

    /** Writes a split as five numbers of 8 bytes. */
    static final class Serializer implements SimpleVersionedSerializer<RangeSplit> {
        @Override
        public int getVersion() {
            return 2;
        }

        @Override
        public byte[] serialize(RangeSplit split) {
            return ByteBuffer.allocate(5 * Long.BYTES)
                    .putLong(split.firstItem)
                    .putLong(split.items)
                    .putLong(split.inputBytes)
                    .putLong(split.nextBytes)
                    .putLong(split.last ? 1 : 0)
                    .array();
        }

        @Override
        public RangeSplit deserialize(int version, byte[] serialized) throws IOException {
            if (version != getVersion()) {
                throw new IOException("unknown version " + version);
            }
            ByteBuffer numbers = ByteBuffer.wrap(serialized);
            return new RangeSplit(
                    numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong() == 1);
        }
    }
}
