package org.checkpointrecovery.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/** The certificate of the service, the chain of those that issued it, and its private key. */
public final class Identity {
    /** Protects nothing: the store is only in memory. */
    public static final String PASSWORD = "memory";

    private final X509Certificate certificate;
    private final KeyStore store;

    private Identity(X509Certificate certificate, KeyStore store) {
        this.certificate = certificate;
        this.store = store;
    }

    /**
     * Reads a certificate chain and a private key, both in PEM.
     *
     * @param chain the certificate of the service, followed by those that issued it
     * @param key in PKCS#8, without a password
     * @throws InvalidFilesException also if the certificate is not valid now
     */
    public static Reloaded<Identity> read(OptionFile chain, OptionFile key) throws InvalidFilesException {
        return new Reloaded<>(List.of(chain, key), contents -> parse(chain, contents.get(0), key, contents.get(1)));
    }

    private static Identity parse(OptionFile chainFile, byte[] chainText, OptionFile keyFile, byte[] keyText)
            throws InvalidFilesException {
        List<X509Certificate> chain = chain(chainFile, chainText);
        X509Certificate certificate = chain.get(0);
        checkDates(chainFile, certificate);
        byte[] encodedKey = encodedKey(keyFile, keyText);
        PublicKey publicKey = certificate.getPublicKey();
        String signature = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default ->
                throw chainFile.problem("has a key for " + publicKey.getAlgorithm()
                        + ", which is not supported. Use a certificate with an RSA, EC or Ed25519 key");
        };
        try {
            PrivateKey key = KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encodedKey));
            if (signs(key, publicKey, signature)) {
                return new Identity(certificate, store(key, chain));
            }
        } catch (KeyStoreException e) {
            throw chainFile.problem("is not a chain: each certificate must be followed by the one that issued it");
        } catch (GeneralSecurityException | IOException e) {
            // a key of another kind, or none at all: reported below
        }
        throw keyFile.problem("is not the private key of the first certificate of " + chainFile);
    }

    private static List<X509Certificate> chain(OptionFile file, byte[] text) throws InvalidFilesException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Pem block : Pem.blocks(file, text)) {
            if (block.label().equals("CERTIFICATE")) {
                try {
                    chain.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.der())));
                } catch (CertificateException e) {
                    throw file.problem("contains an invalid certificate, number " + (chain.size() + 1));
                }
            }
        }
        if (chain.isEmpty()) {
            throw file.problem(
                    "contains no certificate. It must be PEM (-----BEGIN CERTIFICATE-----): the certificate of"
                            + " the service, followed by those that issued it");
        }
        return chain;
    }

    private static void checkDates(OptionFile file, X509Certificate certificate) throws InvalidFilesException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw file.problem("has expired: it was valid until "
                    + certificate.getNotAfter().toInstant() + ". Renew the certificate");
        } catch (CertificateNotYetValidException e) {
            throw file.problem("is not valid yet, but from "
                    + certificate.getNotBefore().toInstant() + ". Check the clock of this machine");
        }
    }

    private static byte[] encodedKey(OptionFile file, byte[] text) throws InvalidFilesException {
        for (Pem block : Pem.blocks(file, text)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return block.der();
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw file.problem("is encrypted. Decrypt it: openssl pkcs8 -in " + file.name() + " -out key.pem");
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                    throw file.problem(
                            "is a private key, but not in PKCS#8. Convert it: openssl pkcs8 -topk8 -nocrypt -in "
                                    + file.name() + " -out key.pem");
                default -> {} // such as EC PARAMETERS
            }
        }
        throw file.problem("contains no private key. It must be PKCS#8 in PEM (-----BEGIN PRIVATE KEY-----)");
    }

    private static boolean signs(PrivateKey key, PublicKey publicKey, String algorithm)
            throws GeneralSecurityException {
        byte[] anything = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(anything);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(anything);
        return signature.verify(signed);
    }

    private static KeyStore store(PrivateKey key, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("service", key, PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
        return store;
    }

    /** Returns a store with the key and the chain, protected by {@link #PASSWORD}. */
    public KeyStore store() {
        return store;
    }

    /** Returns whom the certificate names and until when, without the key. */
    @Override
    public String toString() {
        return "certificate of " + certificate.getSubjectX500Principal() + ", valid until "
                + certificate.getNotAfter().toInstant();
    }
}
