package org.checkpointrecovery.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/**
 * Finds the quotation mark that is open at the end of an input. Reads parts of the input again, because positions are
 * not tracked.
 */
final class OpenQuote {
    private static final int READ_BYTES = 64 * 1024;

    private final SeekableByteChannel channel;
    private final long endBytes;

    OpenQuote(SeekableByteChannel channel, long endBytes) {
        this.channel = channel;
        this.endBytes = endBytes;
    }

    /** @param recordStart start of the last record of the input, which has the open quotation mark */
    OpenQuoteException find(long recordStart, char delimiter) throws IOException {
        long offset = opening(recordStart, delimiter);
        return new OpenQuoteException(1 + lineFeedsBefore(offset), offset);
    }

    private long opening(long recordStart, char delimiter) throws IOException {
        CsvEnds ends = new CsvEnds(delimiter);
        byte[] piece = new byte[READ_BYTES];
        long opened = recordStart;
        int count;
        for (long position = recordStart; position < endBytes; position += count) {
            count = read(position, endBytes, piece);
            for (int at = 0; at < count; at++) {
                boolean wasInField = ends.isInQuotedField();
                ends.find(piece, at, at + 1);
                if (ends.isQuoted() && !wasInField) {
                    opened = position + at;
                }
            }
        }
        return opened;
    }

    private long lineFeedsBefore(long end) throws IOException {
        byte[] piece = new byte[READ_BYTES];
        long lineFeeds = 0;
        int count;
        for (long position = 0; position < end; position += count) {
            count = read(position, end, piece);
            lineFeeds += LineEnds.count(piece, 0, count);
        }
        return lineFeeds;
    }

    private int read(long position, long end, byte[] into) throws IOException {
        channel.position(position);
        int count = channel.read(ByteBuffer.wrap(into, 0, (int) Math.min(end - position, into.length)));
        if (count < 0) {
            throw new InputTruncatedException(position, endBytes);
        }
        return count;
    }
}
