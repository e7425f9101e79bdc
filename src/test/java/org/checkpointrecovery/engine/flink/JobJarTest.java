package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

class JobJarTest {
    @Test
    void it_is_named_by_what_is_in_it() throws Exception {
        JobJar jar = JobJar.load();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(jar.bytes());
        assertThat(jar.name())
                .isEqualTo("checkpoint-recovery-job-" + HexFormat.of().formatHex(digest) + ".jar");
    }

    @Test
    void it_has_what_speaks_with_the_cluster_and_no_more() throws Exception {
        List<String> classes = new ArrayList<>();
        try (JarInputStream entries =
                new JarInputStream(new ByteArrayInputStream(JobJar.load().bytes()))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (entry.getName().endsWith(".class")) {
                    classes.add(entry.getName());
                }
            }
        }
        assertThat(classes)
                .contains(JobJar.ENTRY_CLASS.replace('.', '/') + ".class")
                .allSatisfy(name -> assertThat(name).startsWith("org/checkpointrecovery/engine/flink/job/"));
        assertThat(JobJar.load().bytes()).hasSizeLessThan(100 * 1024);
    }
}
