package org.checkpointrecovery.engine.run;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.sink.ResultSink;
import org.checkpointrecovery.storage.Disk;

/** Appends to one file of results and one of errors. */
final class FileSink implements Sink {
    private final ResultSink files;

    private FileSink(ResultSink files) {
        this.files = files;
    }

    /** Does what {@link ResultSink#open} does. */
    static FileSink open(Disk disk, RunOrder.Target target, Position from) throws IOException {
        return new FileSink(ResultSink.open(disk, target.results(), target.errors(), target.format(), from));
    }

    @Override
    public void append(Slice slice) throws IOException {
        files.appendResults(slice.results);
        files.appendErrors(slice.errors);
    }

    @Override
    public void force() throws IOException {
        files.force();
    }

    @Override
    public long resultsBytes() {
        return files.resultsBytes();
    }

    @Override
    public long errorsBytes() {
        return files.errorsBytes();
    }

    @Override
    public boolean complete(BooleanSupplier toEnd) {
        return true;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
