package io.flowlog.agent.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe, and as whom to appear, where a connection is encrypted.
 *
 * @param authorityFile certificates (PEM) of those who may vouch for a server; null for the JVM's
 * @param certificateFile the agent's own certificate (PEM), with those above it; null for none
 * @param key that certificate's key (PEM, PKCS #8, not encrypted); null without one
 */
public record TlsConfig(
    @Nullable Path authorityFile, @Nullable Path certificateFile, @Nullable SecretConfig key) {
  private static final char[] NO_PASSWORD = new char[0];

  /** Returns the settings of a host that says nothing. */
  public static TlsConfig defaults() {
    return new TlsConfig(null, null, null);
  }

  /** Returns what connections are made with; reads the files. */
  public SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private TrustManager @Nullable [] trustManagers() throws IOException, GeneralSecurityException {
    if (authorityFile == null) {
      return null;
    }
    KeyStore authorities = empty();
    for (Certificate authority : certificates(authorityFile)) {
      authorities.setCertificateEntry("authority " + authorities.size(), authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory.getTrustManagers();
  }

  private KeyManager @Nullable [] keyManagers() throws IOException, GeneralSecurityException {
    if (certificateFile == null || key == null) {
      return null;
    }
    Certificate[] chain = certificates(certificateFile).toArray(new Certificate[0]);
    KeyStore own = empty();
    own.setKeyEntry("own", privateKey(key), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(own, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file) throws IOException {
    try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      var found = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new IOException(file + " holds no certificate");
      }
      return found;
    } catch (CertificateException e) {
      throw new IOException(file + " holds something that is no certificate", e);
    }
  }

  private static PrivateKey privateKey(SecretConfig key)
      throws IOException, GeneralSecurityException {
    String base64 = key.read().replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    PKCS8EncodedKeySpec encoded;
    try {
      encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new IOException(key.file() + " holds no key as PEM", null);
    }
    // the encoding names its own algorithm, for which there is no way to ask
    for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
      PrivateKey found = privateKey(encoded, algorithm);
      if (found != null) {
        return found;
      }
    }
    throw new IOException(key.file() + " holds no RSA, EC or EdDSA key in PKCS #8 form");
  }

  private static @Nullable PrivateKey privateKey(PKCS8EncodedKeySpec encoded, String algorithm)
      throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
    } catch (InvalidKeySpecException e) {
      return null;
    }
  }
}
