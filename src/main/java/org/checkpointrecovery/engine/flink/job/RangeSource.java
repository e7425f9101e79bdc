package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source whose splits are the ranges of a job. Its readers do the work; nothing is sent through the cluster. First, each
 * process of the cluster proves that it sees the shared directory.
 */
final class RangeSource implements Source<Void, RangeSplit, Long> {
    private static final long serialVersionUID = 1;

    private final String directory;
    private final int submission;

    /**
     * @param directory the job's files
     * @param submission its number, from 1
     */
    RangeSource(String directory, int submission) {
        this.directory = directory;
        this.submission = submission;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SourceReader<Void, RangeSplit> createReader(SourceReaderContext context) throws SharedDirectoryException {
        String process = "TaskManager " + context.getLocalHostName();
        SharedDirectoryException.checkSeen(process, Path.of(directory));
        return new RangeWorker(context, process, Path.of(directory), submission);
    }

    @Override
    public SplitEnumerator<RangeSplit, Long> createEnumerator(SplitEnumeratorContext<RangeSplit> context)
            throws IOException, SharedDirectoryException {
        return restoreEnumerator(context, 0L);
    }

    @Override
    public SplitEnumerator<RangeSplit, Long> restoreEnumerator(SplitEnumeratorContext<RangeSplit> context, Long from)
            throws IOException, SharedDirectoryException {
        SharedDirectoryException.checkSeen("The JobManager", Path.of(directory));
        return RangeEnumerator.open(context, Path.of(directory), submission, from);
    }

    @Override
    public SimpleVersionedSerializer<RangeSplit> getSplitSerializer() {
        return new RangeSplit.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<Long> getEnumeratorCheckpointSerializer() {
        return new PlaceSerializer();
    }

    /** Writes a place in a log as 8 bytes. */
    private static final class PlaceSerializer implements SimpleVersionedSerializer<Long> {
        @Override
        public int getVersion() {
            return 2;
        }

        @Override
        public byte[] serialize(Long place) {
            return ByteBuffer.allocate(Long.BYTES).putLong(place).array();
        }

        @Override
        public Long deserialize(int version, byte[] serialized) throws IOException {
            if (version != getVersion()) {
                throw new IOException("unknown version " + version);
            }
            return ByteBuffer.wrap(serialized).getLong();
        }
    }
}
