package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cTest {
    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    @Test
    void two_checksums_combine_to_that_of_the_bytes_of_both() {
        Random random = new Random(17);
        for (int length = 0; length < 2000; length = length * 5 / 4 + 1) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            for (int cut : new int[] {0, length / 3, length}) {
                assertThat(Crc32c.combine(crc(bytes, 0, cut), crc(bytes, cut, length), length - cut))
                        .as("%d bytes, cut at %d", length, cut)
                        .isEqualTo(crc(bytes, 0, length));
            }
        }
    }

    @Test
    void the_length_of_the_second_run_may_exceed_32_bits() {
        int zeros = crc(new byte[1 << 20], 0, 1 << 20);
        int all = zeros;
        long length = 1 << 20;
        while (length < 1L << 40) { // doubles the run of zero bytes
            all = Crc32c.combine(all, all, length);
            length *= 2;
        }
        int stepwise = Crc32c.combine(zeros, Crc32c.combine(all, zeros, 1 << 20), length + (1 << 20));
        int atOnce = Crc32c.combine(Crc32c.combine(zeros, all, length), zeros, 1 << 20);
        assertThat(stepwise).isEqualTo(atOnce);
    }
}
