package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.run.ItemCounter;
import org.checkpointrecovery.engine.run.RunPool;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ItemJournal;
import org.checkpointrecovery.storage.JobFiles;

/** Runs jobs on threads of this process. */
public final class LocalEngine implements JobEngine {
    private final Disk disk;
    private final RunPool pool;
    private final ItemCounter counter;
    private final SharedThreads threads = new SharedThreads();

    /**
     * @param workers how many jobs run at once, at least 1
     * @param maxItemBytes the maximum size of an item; longer items fail
     * @param halt ends the process at once, if it is out of memory
     */
    public LocalEngine(Disk disk, Clock clock, int workers, int maxItemBytes, Runnable halt) {
        this.disk = disk;
        this.counter = new ItemCounter(maxItemBytes);
        this.pool = new RunPool(
                clock, workers, maxItemBytes, (parts, from) -> LocalFeed.open(parts, from, counter, threads), halt);
    }

    @Override
    public void submit(RunOrder order, RunListener listener) {
        pool.submit(order, listener);
    }

    @Override
    public void withdraw(JobId job) {
        pool.withdraw(job);
    }

    @Override
    public void pause(JobId job) {
        pool.pause(job);
    }

    @Override
    public void cancel(JobId job) {
        pool.cancel(job);
    }

    /** Deletes the item journal of a completed job. The others may still need theirs. */
    @Override
    public void release(Status status, Position committed, JobFiles files) throws IOException {
        if (status == Status.COMPLETED) {
            ItemJournal.remove(disk, files.journal());
        }
    }

    @Override
    public void shutDown(Duration grace) {
        pool.shutDown(grace);
        counter.close();
        threads.close();
    }
}
