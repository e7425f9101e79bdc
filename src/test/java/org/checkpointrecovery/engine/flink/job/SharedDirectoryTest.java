package org.checkpointrecovery.engine.flink.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.checkpointrecovery.engine.flink.JobJars;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process of a cluster says that does not share the service's files, and so does not have the service's jar. */
class SharedDirectoryTest {
    @TempDir
    private Path directory;

    /** Has the classes of Flink and the job's jar, but not those of the service's jar. */
    private final class ClusterLoader extends URLClassLoader {
        ClusterLoader() throws IOException {
            super(new URL[] {JobJars.write(directory).toUri().toURL()}, SharedDirectoryTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.checkpointrecovery.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    /** Brings a source to another process, as Flink does. */
    private static Object sent(RangeSource source, ClassLoader loader) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        }
        InputStream in = new ByteArrayInputStream(bytes.toByteArray());
        try (ObjectInputStream objects = new ObjectInputStream(in) {
            @Override
            protected Class<?> resolveClass(ObjectStreamClass description) throws ClassNotFoundException {
                return Class.forName(description.getName(), false, loader);
            }
        }) {
            return objects.readObject();
        }
    }

    private static Throwable failure(Object source, String call, Class<?> contextType) {
        Object context = Proxy.newProxyInstance(
                contextType.getClassLoader(), new Class<?>[] {contextType}, (proxy, method, arguments) -> "machine-7");
        return catchThrowable(() -> {
            Method method = source.getClass().getDeclaredMethod(call, contextType);
            method.setAccessible(true);
            try {
                method.invoke(source, context);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    @Test
    void a_process_without_the_directory_names_itself_and_the_directory() throws Exception {
        Path absent = directory.resolve("absent");
        try (ClusterLoader loader = new ClusterLoader()) {
            Object source = sent(new RangeSource(absent.toString(), 1), loader);
            assertThat(source.getClass().getClassLoader()).isSameAs(loader);
            assertThat(failure(source, "createReader", SourceReaderContext.class)
                            .toString())
                    .isEqualTo(SharedDirectoryException.class.getName() + ": TaskManager machine-7 does not see "
                            + absent);
            assertThat(failure(source, "createEnumerator", SplitEnumeratorContext.class)
                            .toString())
                    .isEqualTo(SharedDirectoryException.class.getName() + ": The JobManager does not see " + absent);
        }
    }

    @Test
    void a_directory_that_takes_no_files_is_named() {
        Path readOnly = Path.of("/proc"); // takes no files, whoever the user is
        assertThatThrownBy(() -> ClusterTask.open("TaskManager machine-7", readOnly, 1, 1))
                .isInstanceOf(SharedDirectoryException.class)
                .hasMessage("TaskManager machine-7, as user " + System.getProperty("user.name")
                        + ", cannot write to /proc");
    }

    @Test
    void a_check_leaves_nothing() throws Exception {
        assertThat(new RangeStore(new LocalDisk(), directory).isWritable()).isTrue();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }
}
