package org.checkpointrecovery.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.TestCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code --tls-cert} and {@code --tls-key}. */
class IdentityTest {
    @TempDir
    private static Path shared;

    private static TestCertificate rsa;
    private static TestCertificate ec;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeCertificates() {
        rsa = TestCertificate.make(shared, "rsa", "RSA");
        ec = TestCertificate.make(shared, "ec", "EC");
    }

    private static Reloaded<Identity> read(Path chain, Path key) throws InvalidFilesException {
        return Identity.read(
                new OptionFile("--tls-cert", chain.toString()), new OptionFile("--tls-key", key.toString()));
    }

    private Path file(String name, String... contents) throws IOException {
        return Files.writeString(directory.resolve(name), String.join("", contents));
    }

    private static void refused(Path chain, Path key, String... parts) {
        assertThatThrownBy(() -> read(chain, key))
                .isInstanceOf(InvalidFilesException.class)
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void a_pair_is_read_with_text_around_its_blocks(String keyAlgorithm) throws Exception {
        TestCertificate made = TestCertificate.make(directory, "made", keyAlgorithm);
        Path chain = file("chain", "Subject: made\n", Files.readString(made.chain()), "the end\r\n");
        Identity identity = read(chain, made.key()).get();
        assertThat(identity.store().getKey("service", Identity.PASSWORD.toCharArray()))
                .isNotNull();
        assertThat(identity.toString()).matches("certificate of CN=made, valid until 20[0-9-]+T[0-9:]+Z");
    }

    @Test
    void one_file_may_hold_both() throws Exception {
        Path both = file("both", Files.readString(ec.key()), Files.readString(ec.chain()));
        assertThat(read(both, both).get().toString()).contains("CN=ec");
    }

    @Test
    void a_key_of_another_certificate_is_refused() throws Exception {
        TestCertificate otherRsa = TestCertificate.make(directory, "other", "RSA");
        refused(
                rsa.chain(),
                ec.key(),
                "--tls-key " + ec.key() + " is not the private key",
                "--tls-cert " + rsa.chain());
        refused(rsa.chain(), otherRsa.key(), "is not the private key of the first certificate");
        Path rubbish = file("rubbish", TestCertificate.pem("PRIVATE KEY", new byte[] {1, 2}));
        refused(rsa.chain(), rubbish, "is not the private key of the first certificate");
    }

    @Test
    void a_key_in_another_form_is_refused_with_the_command_that_converts_it() throws Exception {
        byte[] any = {1, 2};
        Path traditional = file("rsa.pem", TestCertificate.pem("RSA PRIVATE KEY", any));
        refused(rsa.chain(), traditional, "openssl pkcs8 -topk8 -nocrypt -in " + traditional + " -out key.pem");
        Path withParameters =
                file("ec.pem", TestCertificate.pem("EC PARAMETERS", any), TestCertificate.pem("EC PRIVATE KEY", any));
        refused(ec.chain(), withParameters, "not in PKCS#8", "openssl pkcs8 -topk8");
        Path encrypted = file("encrypted", TestCertificate.pem("ENCRYPTED PRIVATE KEY", any));
        refused(rsa.chain(), encrypted, "is encrypted", "openssl pkcs8 -in " + encrypted);
    }

    @Test
    void files_that_are_missing_empty_or_incomplete_are_refused() throws Exception {
        Path missing = directory.resolve("missing");
        refused(missing, ec.key(), "--tls-cert " + missing + " cannot be read");
        refused(ec.chain(), missing, "--tls-key " + missing + " cannot be read");
        Path empty = file("empty");
        refused(empty, ec.key(), "contains no certificate", "-----BEGIN CERTIFICATE-----");
        refused(ec.chain(), empty, "contains no private key", "-----BEGIN PRIVATE KEY-----");
        String text = Files.readString(ec.chain());
        refused(file("half", text, text.substring(0, text.length() / 2)), ec.key(), "a block is incomplete");
        refused(
                file("nonsense", TestCertificate.pem("CERTIFICATE", new byte[] {1})),
                ec.key(),
                "invalid certificate, number 1");
    }

    @Test
    void certificates_that_do_not_form_a_chain_are_refused() throws Exception {
        Path both = file("both", Files.readString(ec.chain()), Files.readString(rsa.chain()));
        refused(both, ec.key(), "--tls-cert " + both + " is not a chain", "followed by the one that issued it");
    }

    @ParameterizedTest
    @CsvSource({"-3d, has expired: it was valid until 20", "+3d, is not valid yet"})
    void a_certificate_that_is_not_valid_today_is_refused(String start, String problem) {
        TestCertificate made = TestCertificate.make(directory, "made", "EC", "-startdate", start, "-validity", "1");
        refused(made.chain(), made.key(), "--tls-cert " + made.chain() + " " + problem);
    }

    @Test
    void a_new_pair_is_used_once_both_files_fit() throws Exception {
        TestCertificate used = TestCertificate.make(directory, "used", "EC");
        TestCertificate renewed = TestCertificate.make(directory, "renewed", "EC");
        Reloaded<Identity> identity = read(used.chain(), used.key());
        assertThat(identity.check()).isFalse();
        used.replaceChain(renewed);
        assertThat(identity.check()).isFalse();
        assertThat(identity.get().toString()).contains("CN=used");
        used.replaceKey(renewed);
        assertThat(identity.check()).isTrue();
        assertThat(identity.get().toString()).contains("CN=renewed");
        assertThat(identity.check()).isFalse();
    }
}
