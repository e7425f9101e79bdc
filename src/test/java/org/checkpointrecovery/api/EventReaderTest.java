package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client that reads events slowly, or not at all. */
class EventReaderTest {
    private final Connection connection = new Connection();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();
    private final EventReader reader =
            new EventReader(connection, null, cut::incrementAndGet, ended -> gone.incrementAndGet());

    /** Takes what it is given while it is ready. */
    private static final class Connection extends ServletOutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private boolean ready = true;
        private boolean broken;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int one) throws IOException {
            if (!ready || broken) {
                throw new IOException("written to when it was not ready");
            }
            taken.write(one);
        }
    }

    @Test
    void what_waits_is_written_in_order_when_the_connection_takes_it_again() {
        reader.send(new byte[] {1});
        assertThat(connection.taken.toByteArray())
                .as("before the container asks")
                .isEmpty();
        reader.onWritePossible();
        connection.ready = false;
        reader.send(new byte[] {2});
        reader.send(new byte[] {3});
        assertThat(connection.taken.toByteArray()).containsExactly(1);
        connection.ready = true;
        reader.onWritePossible();
        assertThat(connection.taken.toByteArray()).containsExactly(1, 2, 3);
        assertThat(cut).hasValue(0);
    }

    @Test
    void a_client_that_lets_too_much_wait_is_cut_off_and_holds_nothing_up() {
        reader.onWritePossible();
        connection.ready = false;
        byte[] event = new byte[1024];
        for (int i = 0; i < EventReader.MOST_WAITING_BYTES / event.length; i++) {
            reader.send(event);
        }
        assertThat(cut).as("as much may wait").hasValue(0);
        reader.send(event);
        reader.send(event);
        assertThat(cut).hasValue(1);
        assertThat(gone).hasValue(1);
    }

    @Test
    void a_client_that_went_away_is_forgotten() {
        reader.onWritePossible();
        connection.broken = true;
        reader.send(new byte[] {1});
        reader.onError(new IOException("gone"));
        assertThat(gone).hasValue(1);
    }

    @Test
    void the_last_event_is_written_before_the_end() {
        reader.onWritePossible();
        connection.ready = false;
        reader.send(new byte[] {1});
        reader.finish();
        assertThat(gone).hasValue(0);
        connection.ready = true;
        reader.onWritePossible();
        assertThat(connection.taken.toByteArray()).containsExactly(1);
        assertThat(gone).hasValue(1);
        reader.send(new byte[] {2});
        assertThat(connection.taken.toByteArray()).containsExactly(1);
    }
}
