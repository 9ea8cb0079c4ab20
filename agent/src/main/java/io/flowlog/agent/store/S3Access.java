package io.flowlog.agent.store;

import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/**
 * The SDK's client for the S3 side of one endpoint, and as whom it signs. Any thread may use it.
 *
 * <p>The client is made when the first request comes: its classes are many. It reads nobody's
 * environment and files, and repeats nothing: that is the uploader's business.
 */
final class S3Access {
  /** Refusals after which another access key may be taken. */
  private static final Set<String> OF_KEY = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch");

  private final EndpointConfig endpoint;
  private final URI server;
  private final AccessKeySource keys;
  private final HttpSender http;
  private final Clock clock;
  private @Nullable S3Client client;

  /** A request that may be made with one key or another. */
  @FunctionalInterface
  interface Call<T> {
    T make(S3Client client, AwsRequestOverrideConfiguration signing);
  }

  /**
   * Makes the access to a server.
   *
   * @param clock tells the time that is signed
   */
  S3Access(
      EndpointConfig endpoint, URI server, AccessKeySource keys, HttpSender http, Clock clock) {
    this.endpoint = endpoint;
    this.server = server;
    this.keys = keys;
    this.http = http;
    this.clock = clock;
  }

  /** Returns the settings. */
  EndpointConfig endpoint() {
    return endpoint;
  }

  /** Makes a request; once more if its key is refused and there is another one by now. */
  <T> T call(Call<T> call) throws StoreException {
    AccessKey key = keys.current();
    try {
      return attempt(call, key);
    } catch (AwsServiceException e) {
      if (!OF_KEY.contains(S3Failure.codeOf(e))) {
        throw S3Failure.of(e, endpoint);
      }
      AccessKey other = keys.renewed(key);
      if (other.equals(key)) {
        throw S3Failure.of(e, endpoint);
      }
      return lastAttempt(call, other);
    } catch (SdkException | UncheckedIOException e) {
      throw S3Failure.of(e, endpoint);
    }
  }

  private <T> T lastAttempt(Call<T> call, AccessKey key) throws StoreException {
    try {
      return attempt(call, key);
    } catch (SdkException | UncheckedIOException e) {
      throw S3Failure.of(e, endpoint);
    }
  }

  private <T> T attempt(Call<T> call, AccessKey key) {
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
    return call.make(
        client(),
        AwsRequestOverrideConfiguration.builder().credentialsProvider(credentials).build());
  }

  private synchronized S3Client client() {
    S3Client known = client;
    if (known == null) {
      known = make();
      client = known;
    }
    return known;
  }

  private S3Client make() {
    return S3Client.builder()
        .endpointOverride(server)
        .region(Region.of(endpoint.region()))
        .credentialsProvider(AnonymousCredentialsProvider.create()) // each request has its own
        .httpClient(new S3Http(http))
        .forcePathStyle(true)
        // Swift answers 501 to bodies in chunks
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .authSchemeProvider(byClock())
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .defaultProfileFile(ProfileFile.aggregator().build())
                .defaultProfileName("flowlog-agent")
                .build())
        .build();
  }

  /** The SDK would set a wrong clock right, for itself only, and the operator never knew. */
  private S3AuthSchemeProvider byClock() {
    S3AuthSchemeProvider usual = S3AuthSchemeProvider.defaultProvider();
    return parameters ->
        usual.resolveAuthScheme(parameters).stream()
            .map(
                option ->
                    option.toBuilder().putSignerProperty(HttpSigner.SIGNING_CLOCK, clock).build())
            .toList();
  }
}
