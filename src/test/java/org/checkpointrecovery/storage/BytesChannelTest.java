package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import org.junit.jupiter.api.Test;

class BytesChannelTest {
    private final BytesChannel channel = new BytesChannel(new byte[] {1, 2, 3, 4, 5});

    @Test
    void bytes_are_read_from_any_position_to_the_end() throws IOException {
        ByteBuffer two = ByteBuffer.allocate(2);
        assertThat(channel.size()).isEqualTo(5);
        assertThat(channel.read(two)).isEqualTo(2);
        assertThat(two.array()).containsExactly(1, 2);
        assertThat(channel.position(4).position()).isEqualTo(4);
        assertThat(channel.read(two.clear())).isOne();
        assertThat(two.get(0)).isEqualTo((byte) 5);
        assertThat(channel.read(two.clear())).isEqualTo(-1);
        assertThat(channel.position(100).read(two.clear())).isEqualTo(-1);
    }

    @Test
    void it_cannot_be_written_and_once_closed_not_be_read() {
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1))).isInstanceOf(NonWritableChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(NonWritableChannelException.class);
        assertThat(channel.isOpen()).isTrue();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::position).isInstanceOf(ClosedChannelException.class);
    }
}
