package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the service carries of a cluster: the jar that it uploads, and no class of Flink's. */
class JarContentIT {
    @Test
    void no_class_of_the_cluster_is_in_the_jar() throws Exception {
        List<String> names;
        try (JarFile jar = new JarFile("target/checkpoint-recovery.jar")) {
            names = jar.stream().map(ZipEntry::getName).toList();
        }
        assertThat(names)
                .contains("checkpoint-recovery-flink-job.jar", "org/checkpointrecovery/engine/flink/FlinkEngine.class")
                .noneMatch(name -> name.startsWith("org/apache/flink/"))
                .noneMatch(name -> name.startsWith("org/checkpointrecovery/engine/flink/job/") && !name.endsWith("/"));
    }
}
