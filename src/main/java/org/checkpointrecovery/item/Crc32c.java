package org.checkpointrecovery.item;

/** Arithmetic with CRC-32C checksums (RFC 3720, appendix B.4) as {@link java.util.zip.CRC32C} computes them. */
public final class Crc32c {
    /** Represents a checksum that was not computed, in a {@code long}. */
    public static final long NONE = -1;

    /** The polynomial, its coefficients from x^0 in the highest bit to x^31 in the lowest one. */
    private static final int POLYNOMIAL = 0x82f63b78;

    private static final int ONE = 1 << 31;
    private static final int X_TO_THE_8TH = 1 << 23;

    private Crc32c() {}

    /**
     * Returns the checksum of two concatenated runs of bytes. Multiplies the first checksum by x^(8 * bytes), as
     * {@code crc32_combine} of zlib does, in about 64 steps whatever the length.
     *
     * @param first checksum of the first run
     * @param second checksum of the second run
     * @param bytes length of the second run
     */
    public static int combine(int first, int second, long bytes) {
        int power = ONE;
        int square = X_TO_THE_8TH;
        for (long left = bytes; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                power = multiply(square, power);
            }
            square = multiply(square, square);
        }
        return multiply(power, first) ^ second;
    }

    /** Multiplies two polynomials over GF(2), modulo {@link #POLYNOMIAL}. */
    private static int multiply(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }
}
