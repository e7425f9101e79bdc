package org.checkpointrecovery.engine.flink.job;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;
import org.jspecify.annotations.Nullable;

/** Turns each split into one record, the number of its range. Does not read the input. */
final class RangeNumbers implements BulkFormat<Integer, FileSourceSplit> {
    private static final long serialVersionUID = 1;

    @Override
    public Reader<Integer> createReader(Configuration configuration, FileSourceSplit split) {
        return new OneNumber((int) split.offset());
    }

    @Override
    public Reader<Integer> restoreReader(Configuration configuration, FileSourceSplit split) {
        boolean read = split.getReaderPosition()
                .filter(position -> position.getRecordsAfterOffset() > 0)
                .isPresent();
        return new OneNumber(read ? null : Integer.valueOf((int) split.offset()));
    }

    @Override
    public boolean isSplittable() {
        return true;
    }

    @Override
    public TypeInformation<Integer> getProducedType() {
        return Types.INT;
    }

    private static final class OneNumber implements Reader<Integer> {
        private @Nullable Integer number;

        OneNumber(@Nullable Integer number) {
            this.number = number;
        }

        @Override
        public @Nullable RecordIterator<Integer> readBatch() {
            if (number == null) {
                return null;
            }
            SingletonResultIterator<Integer> one = new SingletonResultIterator<>();
            one.set(number, CheckpointedPosition.NO_OFFSET, 0);
            number = null;
            return one;
        }

        @Override
        public void close() {}
    }
}
