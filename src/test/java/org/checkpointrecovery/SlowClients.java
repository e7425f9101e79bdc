package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Many clients that send little by little, or never read, on one thread and on loopback alone. */
final class SlowClients implements Closeable {
    private static final int SMALL_BUFFER_BYTES = 4 * 1024;
    private static final long PAUSE_NANOS = 200_000_000;

    private final InetSocketAddress service;
    private final List<Client> clients = new ArrayList<>(); // guarded by this
    private final Thread dripping = new Thread(this::drip, "slow clients");
    private volatile boolean closed;
    private volatile int dropBytes = 100;

    private static final class Client {
        private final SocketChannel channel;
        private final boolean drips;
        private ByteBuffer burst;

        Client(SocketChannel channel, boolean drips, ByteBuffer burst) {
            this.channel = channel;
            this.drips = drips;
            this.burst = burst;
        }

        boolean isOpen() {
            return channel.isOpen();
        }

        void send(byte[] drop) {
            try {
                if (burst.hasRemaining()) {
                    channel.write(burst);
                } else if (drips) {
                    burst = ByteBuffer.wrap(drop);
                    channel.write(burst);
                }
                // What the service says, or that it has hung up. A reader that never reads does not look.
                if (drips && channel.read(ByteBuffer.allocate(1024)) < 0) {
                    channel.close();
                }
            } catch (IOException e) {
                close();
            }
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // it is as good as closed
            }
        }
    }

    SlowClients(String url) {
        service = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(url).getPort());
        dripping.setDaemon(true);
        dripping.start();
    }

    /** @param bytes that each client sends in one drop, five times a second */
    SlowClients dropping(int bytes) {
        dropBytes = bytes;
        return this;
    }

    /**
     * Clients that announce a body of a million bytes.
     *
     * @param burst how much of it comes at once; the rest follows in drops
     */
    void senders(int count, String target, String headers, int burst) throws IOException {
        String head =
                "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: 1000000\r\n\r\n";
        byte[] start = (head + "a".repeat(burst)).getBytes(ISO_8859_1);
        add(count, true, start);
    }

    /** Clients that ask, and never read what they are answered. */
    void readers(int count, String target, String headers, int times) throws IOException {
        String request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
        add(count, false, request.repeat(times).getBytes(ISO_8859_1));
    }

    private void add(int count, boolean drips, byte[] start) throws IOException {
        for (int number = 0; number < count; number++) {
            SocketChannel channel = SocketChannel.open();
            if (!drips) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER_BYTES);
            }
            channel.connect(service);
            channel.configureBlocking(false);
            Client client = new Client(channel, drips, ByteBuffer.wrap(start));
            client.send(new byte[0]);
            synchronized (this) {
                clients.add(client);
            }
        }
    }

    /** Clients whose connection the service has not closed, as far as those that send can tell. */
    synchronized long open() {
        return clients.stream().filter(Client::isOpen).count();
    }

    private void drip() {
        while (!closed) {
            byte[] drop = new byte[dropBytes];
            Arrays.fill(drop, (byte) 'a');
            List<Client> all;
            synchronized (this) {
                all = List.copyOf(clients);
            }
            all.stream().filter(Client::isOpen).forEach(client -> client.send(drop));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            dripping.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            clients.forEach(Client::close);
        }
    }
}
