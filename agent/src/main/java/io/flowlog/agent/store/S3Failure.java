package io.flowlog.agent.store;

import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Says what a refusal by S3 means, and what helps. */
final class S3Failure {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,60}");

  private S3Failure() {}

  /** Returns the exception for what the SDK throws. */
  static StoreException of(RuntimeException e, EndpointConfig endpoint) {
    if (e instanceof AwsServiceException refusal) {
      String name = codeOf(refusal);
      int status = refusal.statusCode();
      String what = name.isEmpty() ? status + ": " : status + " " + name + ": ";
      return new StoreException(
          codeOf(status, name), what + wordsOf(status, name, endpoint), e, retryAfter(refusal));
    }
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException known) {
        return new StoreException(Code.UNAVAILABLE, HttpFailure.words(known), e);
      }
    }
    // the SDK does not like something; its words may have several lines
    String words = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    return new StoreException(
        Code.UNAVAILABLE, "no request can be made (" + words + "): check the endpoint", e);
  }

  /** Returns what S3 calls a refusal; empty if it says nothing of use. */
  static String codeOf(AwsServiceException e) {
    AwsErrorDetails details = e.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    return code != null && CODE.matcher(code).matches() ? code : "";
  }

  private static @Nullable Duration retryAfter(AwsServiceException e) {
    AwsErrorDetails details = e.awsErrorDetails();
    SdkHttpResponse response = details == null ? null : details.sdkHttpResponse();
    return response == null
        ? null
        : RetryAfter.of(HttpHeaders.of(response.headers(), (a, b) -> true), Instant.now());
  }

  private static Code codeOf(int status, String name) {
    return switch (name) {
      case "AccessDenied", "InvalidAccessKeyId", "RequestTimeTooSkewed", "SignatureDoesNotMatch" ->
          Code.FORBIDDEN;
      case "NoSuchBucket" -> Code.NOT_FOUND;
      case "NoSuchUpload" -> Code.UNAVAILABLE;
      case "EntityTooLarge", "QuotaExceeded" -> Code.FULL;
      case "SlowDown" -> Code.BUSY;
      default ->
          switch (status) {
            case 401 -> Code.NOT_AUTHENTICATED;
            case 403 -> Code.FORBIDDEN;
            case 404 -> Code.NOT_FOUND;
            case 413, 507 -> Code.FULL;
            case 429, 498, 503 -> Code.BUSY;
            default -> Code.UNAVAILABLE;
          };
    };
  }

  private static String wordsOf(int status, String name, EndpointConfig endpoint) {
    String identity = "identity '" + endpoint.identity().name() + "'";
    return switch (name) {
      case "InvalidAccessKeyId" ->
          "the access key of " + identity + " is not known there: correct it";
      case "SignatureDoesNotMatch" ->
          "the signature is not that of "
              + identity
              + ": check its secret, and proxies on the way that change requests";
      case "RequestTimeTooSkewed" ->
          "this host's clock and the store's differ: set the clock, by NTP";
      case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraint" ->
          "it is not of the region '"
              + endpoint.region()
              + "': correct region, and the address, in store.endpoints";
      case "NoSuchUpload" -> "it knows no more of the pieces: it is tried again by itself";
      case "EntityTooLarge", "QuotaExceeded" ->
          "no room: raise the quota of bucket or account, or delete objects";
      case "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch" ->
          "it got other bytes than were sent: check proxies on the way";
      default -> wordsOf(status, identity);
    };
  }

  private static String wordsOf(int status, String identity) {
    return switch (status) {
      case 401 -> "it does not believe " + identity + ": check its access key and secret";
      case 403 ->
          identity + " may not write there: grant it the bucket, by the bucket's policy, or a role";
      case 404 -> "the bucket does not exist: make it, or correct storage_url";
      case 413, 507 -> "no room: raise the quota of bucket or account, or delete objects";
      case 429, 498 -> "too many requests: it is tried again by itself; see uploads_max";
      case 503 -> "it is out of order or busy: look at the store's servers";
      default ->
          status / 100 == 3
              ? "it leads elsewhere, which is not followed: write the final address into"
                  + " storage_url and store.endpoints"
              : "look at the store's servers";
    };
  }
}
