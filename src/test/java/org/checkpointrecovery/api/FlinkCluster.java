package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.Leftovers;

/** A cluster of Apache Flink in this process, with its real REST API on a free port. */
final class FlinkCluster implements Leftovers.Part {

    private final MiniCluster cluster;

    private FlinkCluster(MiniCluster cluster) {
        this.cluster = cluster;
    }

    /** @param slots of each TaskManager */
    static FlinkCluster start(Path directory, int taskManagers, int slots) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("rest.bind-port", "0");
        configuration.setString("rest.address", "127.0.0.1");
        configuration.setString("web.refresh-interval", "100");
        configuration.setString("web.upload.dir", directory.resolve("upload").toString());
        configuration.setString("io.tmp.dirs", directory.resolve("tmp").toString());
        configuration.setString("heartbeat.interval", "500");
        configuration.setString("heartbeat.timeout", "5000");
        configuration.setString("taskmanager.memory.network.min", "16m");
        configuration.setString("taskmanager.memory.network.max", "16m");
        configuration.setString("taskmanager.memory.managed.size", "1m");
        configuration.setString("cluster.services.shutdown-timeout", "5 s");
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(slots)
                .withRandomPorts()
                .build());
        cluster.start();
        FlinkCluster started = new FlinkCluster(cluster);
        Leftovers.started(started);
        return started;
    }

    URI url() throws Exception {
        return Await.result(cluster.getRestAddress());
    }

    /** Takes the oldest TaskManager away, with the tasks that work there, and begins another one. */
    void replaceTaskManager() throws Exception {
        Await.result(cluster.terminateTaskManager(0));
        cluster.startTaskManager();
    }

    /** How a job is, in Flink's own words. */
    String state(String job) throws Exception {
        try (InputStream answer = url().resolve("/jobs/" + job).toURL().openStream()) {
            return new JsonMapper().readTree(answer).get("state").textValue();
        }
    }

    /** Cancels the jobs that nobody waits for, and waits until no task works any more. */
    @Override
    public void awaitIdle() throws Exception {
        for (JobStatusMessage job : Await.result(cluster.listJobs())) {
            if (!job.getJobState().isGloballyTerminalState()) {
                Await.result(cluster.cancelJob(job.getJobId()));
                Await.result(cluster.requestJobResult(job.getJobId()));
            }
        }
    }

    @Override
    public void close() throws Exception {
        cluster.close();
        Leftovers.closed(this);
    }
}
