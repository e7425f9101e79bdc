package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.api.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service behind nginx, as people set it up. {@code .ci/run} installs it. */
class ProxyIT extends OpenDashboard {
    @TempDir
    Path own;

    /** nginx with one server on a free port of this machine. */
    private record Nginx(Process process, int port) implements AutoCloseable {

        static Nginx start(Path directory, String location) throws IOException, InterruptedException {
            Program.needs("nginx", "-v");
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            Path config = Files.writeString(directory.resolve("nginx.conf"), """
                    daemon off;
                    user root root;
                    pid DIR/nginx.pid;
                    events {}
                    http {
                        access_log off;
                        client_body_temp_path DIR/body;
                        proxy_temp_path DIR/proxy;
                        fastcgi_temp_path DIR/fastcgi;
                        uwsgi_temp_path DIR/uwsgi;
                        scgi_temp_path DIR/scgi;
                        server {
                            listen 127.0.0.1:PORT;
                            LOCATION
                        }
                    }
                    """.replace("DIR", directory.toString())
                    .replace("PORT", String.valueOf(port))
                    .replace("LOCATION", location));
            Path log = directory.resolve("nginx.log");
            Process process = new ProcessBuilder("nginx", "-e", "stderr", "-c", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Await.until("nginx listens", () -> {
                assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
                try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    return connected.isConnected();
                } catch (IOException e) {
                    return false;
                }
            });
            return new Nginx(process, port);
        }

        @Override
        public void close() {
            process.destroy(); // its worker ends with it
            process.onExit().join();
        }
    }

    /** Uploads a file on the page, sees the job move without loading the page again, and returns its id. */
    private String submitOnThePage() throws IOException {
        Path file = writeLines("behind-a-proxy.txt", 60);
        openPage("submit");
        browser.choose("file", file.toString());
        browser.type("batch-size", "5");
        browser.click("faults");
        browser.type("item-delay", "20");
        browser.click("submit");
        String id = awaitJobPage();
        browser.script("window.loadedOnce = true");
        awaitState("RUNNING");
        awaitState("COMPLETED");
        browser.awaitText("percent", "100");
        assertThat(browser.holds("return window.loadedOnce")).isTrue();
        return id;
    }

    private void openReference() {
        browser.open(url + "/docs");
        browser.awaitText("reference", "/v1/jobs");
    }

    @Test
    void the_page_works_behind_a_plain_proxy_pass() throws Exception {
        try (Nginx nginx = Nginx.start(own, "location / { proxy_pass " + service.url() + "; }")) {
            url = "http://localhost:" + nginx.port();
            String id = submitOnThePage();
            assertThat(browser.download("download-results")).isEqualTo(service.results(id));
            openReference();
            browser.leave();
        }
    }

    /** A name that is not localhost, where the browser says nothing of the page that a call comes from. */
    @Test
    void the_page_works_below_a_path_of_the_public_url() throws Exception {
        Path data = Files.createDirectory(own.resolve("data"));
        Path proxy = Files.createDirectory(own.resolve("proxy"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Nginx nginx = Nginx.start(proxy, """
                location /jobs/ {
                    proxy_pass http://127.0.0.1:%d/;
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
                """.formatted(port))) {
            String publicUrl = "http://checkpoint.example:" + nginx.port() + "/jobs/";
            try (PackedJar jar =
                            PackedJar.serve(data, port, "--public-url", publicUrl, "--trust-proxy", "127.0.0.0/8");
                    Service direct = new Service(jar.url())) {
                url = publicUrl.substring(0, publicUrl.length() - 1);
                String id = submitOnThePage();
                openReference();
                openPage("jobs");
                browser.awaitText("jobs", id);
                browser.leave();
                // Chromium keeps no file that came from another machine without TLS.
                try (Service through = new Service("http://127.0.0.1:" + nginx.port() + "/jobs")) {
                    assertThat(through.results(id)).isEqualTo(direct.results(id));
                }
            }
        }
    }
}
