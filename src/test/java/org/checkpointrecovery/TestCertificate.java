package org.checkpointrecovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for this machine that it has signed itself, made with the JDK's keytool, and its key: two files in PEM.
 *
 * @param trusted trusts the certificate
 */
public record TestCertificate(Path chain, Path key, SSLContext trusted) {
    private static final String PASSWORD = "changeit";
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /**
     * @param name of the files, and of the subject
     * @param options of keytool in addition, as {@code -validity 1}
     */
    public static TestCertificate make(Path directory, String name, String keyAlgorithm, String... options) {
        try {
            Path store = directory.resolve(name + ".p12");
            keytool(store, name, keyAlgorithm, options);
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            Key key = keys.getKey("test", PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("test", keys.getCertificate("test"));
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return new TestCertificate(
                    Files.writeString(
                            directory.resolve(name + ".crt"),
                            pem("CERTIFICATE", keys.getCertificate("test").getEncoded())),
                    Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded())),
                    context);
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError("No certificate was made", e);
        }
    }

    public static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + BASE64.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private static void keytool(Path store, String name, String keyAlgorithm, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", "test", "-keyalg", keyAlgorithm, "-dname", "CN=" + name));
        command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(options));
        Process made = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (made.waitFor() != 0) {
                throw new AssertionError("keytool made no key");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Overwrites the files of this certificate with those of another one: first the certificate, then the key. */
    public void replaceChain(TestCertificate other) throws IOException {
        Files.write(chain, Files.readAllBytes(other.chain));
    }

    public void replaceKey(TestCertificate other) throws IOException {
        Files.write(key, Files.readAllBytes(other.key));
    }
}
