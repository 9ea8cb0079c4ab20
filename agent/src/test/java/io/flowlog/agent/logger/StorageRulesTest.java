package io.flowlog.agent.logger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.StorageRules.UrlForm;
import io.flowlog.agent.port.FieldException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageRulesTest {
  private final StorageRules rules =
      new StorageRules(
          List.of(Path.of("/srv/logs")),
          Map.of(
              new EndpointPrefix("https://swift.example.com"), UrlForm.SWIFT,
              new EndpointPrefix("https://s3.example.com:8443"), UrlForm.S3,
              new EndpointPrefix("https://both.example.com"), UrlForm.S3_OR_SWIFT,
              new EndpointPrefix("http://plain.example.com"), UrlForm.SWIFT,
              new EndpointPrefix("https://one.example.com/v1/AUTH_1"), UrlForm.SWIFT));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://swift.example.com/v1/AUTH_1/box/a",
        "https://swift.example.com/v1/AUTH_1/box/a/b/%EA%B0%80",
        "https://swift.example.com/v1/AUTH_1/box/\uac00",
        "https://SWIFT.example.com:443/v1/AUTH_1/box/a",
        "https://swift.example.com/v1/AUTH_1/box/a@b",
        "https://s3.example.com:8443/bucket/a",
        "https://both.example.com/bucket/a/b",
        "https://both.example.com/v1/AUTH_1/box/a",
        "http://plain.example.com/v1/AUTH_1/box/a",
        "https://one.example.com/v1/AUTH_1/box/a",
        "https://one.example.com/v1/%41UTH_1/box/a",
      })
  void shouldTakeUrlsAtKnownEndpoints(String url) throws FieldException {
    assertEquals(url, rules.object(url));
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example.com/v1/AUTH_1/box/a, is not in store.endpoints",
    "https://swift.example.com:8443/v1/AUTH_1/box/a, is not in store.endpoints",
    "https://one.example.com/v1/AUTH_2/box/a, is not in store.endpoints",
    "https://one.example.com/v1/AUTH_12/box/a, is not in store.endpoints",
    "https://one.example.com/v1/AUTH_1/../AUTH_2/box/a, has a . or .. in its path",
    "https://one.example.com/v1/AUTH_1%2Fbox/a/b/c, hides a slash",
    "https://plain.example.com/v1/AUTH_1/box/a, is not in store.endpoints",
    "https://swift.example.com.evil.com/v1/AUTH_1/box/a, is not in store.endpoints",
    "https://swift.example.com@evil.com/v1/AUTH_1/box/a, names a user",
    "https://u:p@swift.example.com/v1/AUTH_1/box/a, names a user",
    "https://a@b@swift.example.com/v1/AUTH_1/box/a, names a user",
    "http://swift.example.com/v1/AUTH_1/box/a, is not an https URL",
    "//swift.example.com/v1/AUTH_1/box/a, is not an https URL",
    "https:/swift.example.com/v1/AUTH_1/box/a, is not an https URL",
    "file:///srv/logs, is not an https URL",
    "swift.example.com, is not an https URL",
    "https:, is not a URL",
    "'https://swift.example.com/v1/AUTH_1/box/a b', is not a URL",
    "https://swift.example.com/v1/AUTH_1/box/%zz, is not a URL",
    "https://swift.example.com/v1/AUTH_1/box/a?x=1, has a query",
    "https://swift.example.com/v1/AUTH_1/box/a#x, has a query or fragment",
    "https://swift.example.com/v1/AUTH_1/box, lacks a part",
    "https://swift.example.com/v2/AUTH_1/box/a, lacks a part",
    "https://swift.example.com/bucket/a, lacks a part",
    "https://swift.example.com, has no path",
    "https://swift.example.com/, has no path",
    "https://swift.example.com/v1/AUTH_1/box/, has an empty folder name",
    "https://swift.example.com/v1//box/a, has an empty folder name",
    "https://swift.example.com/v1/AUTH_1/box/../other/a, has a . or .. in its path",
    "https://swift.example.com/v1/AUTH_1/box/%2e%2E/other, has a . or .. in its path",
    "https://swift.example.com/v1/AUTH_1/box/./a, has a . or .. in its path",
    "https://swift.example.com/v1/AUTH_1/box/a%2Fb, hides a slash",
    "https://swift.example.com/v1/AUTH_1/box/a%5Cb, hides a slash",
    "https://swift.example.com/v1/AUTH_1/box/a%00, hides a slash",
    "https://swift.example.com/v1/AUTH_1/box/%ff, hides a slash",
    "https://s3.example.com:8443/bucket, lacks a part",
    "https://s3.example.com:8443/Bucket/a, cannot be a bucket",
    "https://s3.example.com:8443/v1/AUTH_1/box/a, is Swift's form at an S3 endpoint",
    "https://both.example.com/v1/AUTH_1, lacks a part",
  })
  void shouldRefuseUrlsOfObjectStores(String url, String what) {
    FieldException e = assertThrows(FieldException.class, () -> rules.object(url));
    assertTrue(e.what().contains(what), e.what());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///srv/logs", "file:///srv/logs/a/b", "file:/srv/logs/a%20b"})
  void shouldTakeDirectoriesBelowTheListedOnes(String url) throws FieldException {
    assertEquals(url, rules.directory(url));
  }

  @ParameterizedTest
  @CsvSource({
    "file:///srv/logs/../secret, has a . or .. in its path",
    "file:///srv/logs/%2e%2e/secret, has a . or .. in its path",
    "file:///srv/logs2, is not below one of store.directories",
    "file:///etc, is not below one of store.directories",
    "file:///srv, is not below one of store.directories",
    "file://host/srv/logs, is not a local directory",
    "/srv/logs, is not a local directory",
    "https://swift.example.com/v1/a/b/c, is not a local directory",
    "file:///, has no path",
    "file:srv, has no path",
    "file:///srv/logs/, has an empty folder name",
    "file:///srv/logs/a?b, has a query or fragment",
  })
  void shouldRefuseUrlsOfDirectories(String url, String what) {
    FieldException e = assertThrows(FieldException.class, () -> rules.directory(url));
    assertTrue(e.what().contains(what), e.what());
  }

  @Test
  void shouldRefuseAnyDirectoryWhereNoneIsListed() {
    StorageRules none = new StorageRules(List.of(), Map.of());
    FieldException e = assertThrows(FieldException.class, () -> none.directory("file:///srv/logs"));
    assertEquals("no directory may be written to", e.what());
  }

  @Test
  void shouldNeverLetAMutatedUrlOutOfWhatIsAllowed() {
    Random random = new Random(3);
    String alphabet = "/.%2eEfF@:?#\\[] a\u00e9\ud55c\u0000";
    int accepted = 0;
    for (int i = 0; i < 50_000; i++) {
      boolean isFile = random.nextBoolean();
      StringBuilder text =
          new StringBuilder(
              isFile ? "file:///srv/logs/a/b" : "https://swift.example.com/v1/AUTH_1/box/a");
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        text.replace(at, at + random.nextInt(2), String.valueOf(c));
      }
      try {
        URI url =
            URI.create(isFile ? rules.directory(text.toString()) : rules.object(text.toString()));
        accepted++;
        if (isFile) {
          assertTrue(Path.of(url.getPath()).normalize().startsWith("/srv/logs"), url.toString());
        } else {
          assertTrue("swift.example.com".equalsIgnoreCase(url.getHost()), url.toString());
          assertTrue(url.normalize().getPath().startsWith("/v1/"), url.toString());
        }
      } catch (FieldException e) {
        assertTrue(!e.remedy().isEmpty());
      }
    }
    assertTrue(accepted > 1000, "only " + accepted + " mutations were accepted");
  }
}
