package org.checkpointrecovery.api;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A service for each test, on a disk that refuses what the test says. */
abstract class OnMoodyDisk {
    final MoodyDisk disk = new MoodyDisk();
    TestServer service;
    ServiceClient http;

    @BeforeEach
    void startService(@TempDir Path directory) {
        service = TestServer.in(directory).disk(disk).start();
        http = service.client();
    }

    @AfterEach
    void stopService() {
        disk.refuseToOpen(null);
        service.close();
    }
}
