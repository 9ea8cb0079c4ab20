package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StoreException.Code;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A folder in a bucket as an object store. Immutable; any thread may use it.
 *
 * <p>S3 makes an object appear whole once its MD5 is the announced one. Nothing is ever read back.
 * A file beyond {@code segment_bytes} goes up in parts, which nobody sees before the last step; an
 * upload that fails on the way is taken back.
 */
final class S3Store implements ObjectStore {
  /** S3 takes no smaller part but the last. */
  static final long PART_BYTES_MIN = 5 << 20;

  private static final int PARTS_MAX = 10_000;
  private static final String TYPE = "application/octet-stream";

  private final S3Place place;
  private final S3Access access;

  S3Store(S3Place place, S3Access access) {
    this.place = place;
    this.access = access;
  }

  @Override
  public void put(SealedFile file) throws StoreException {
    String object = place.object(file.key());
    try {
      long partBytes = partBytes(file.bytes());
      if (file.bytes() > partBytes) {
        putInParts(file, object, partBytes);
      } else {
        putRange(new FileRange(file.path(), 0, file.bytes()), object);
      }
    } catch (StoreException e) {
      throw failure("store", file.key(), e);
    }
  }

  private long partBytes(long fileBytes) {
    long enough = (fileBytes + PARTS_MAX - 1) / PARTS_MAX;
    return Math.max(Math.max(access.endpoint().segmentBytes(), PART_BYTES_MIN), enough);
  }

  @Override
  public void putEmpty(ObjectKey key) throws StoreException {
    String object = place.object(key);
    try {
      access.call(
          (client, signing) ->
              client.putObject(
                  request ->
                      request.bucket(place.bucket()).key(object).overrideConfiguration(signing),
                  RequestBody.empty()));
    } catch (StoreException e) {
      throw failure("store", key, e);
    }
  }

  @Override
  public void delete(ObjectKey key) throws StoreException {
    String object = place.object(key);
    try {
      access.call(
          (client, signing) ->
              client.deleteObject(
                  request ->
                      request.bucket(place.bucket()).key(object).overrideConfiguration(signing)));
    } catch (StoreException e) {
      if (e.code() != Code.NOT_FOUND) {
        throw failure("delete", key, e);
      }
    }
  }

  private void putRange(FileRange range, String object) throws StoreException {
    String md5 = range.md5();
    var answer =
        access.call(
            (client, signing) ->
                client.putObject(
                    request ->
                        request
                            .bucket(place.bucket())
                            .key(object)
                            .contentMD5(base64(md5))
                            .overrideConfiguration(signing),
                    body(range)));
    confirm(answer.eTag(), md5, answer.serverSideEncryptionAsString());
  }

  private static RequestBody body(FileRange range) {
    return RequestBody.fromContentProvider(range::newStream, range.sizeBytes(), TYPE);
  }

  private static String base64(String md5) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(md5));
  }

  private void putInParts(SealedFile file, String object, long partBytes) throws StoreException {
    String upload =
        access.call(
            (client, signing) ->
                client
                    .createMultipartUpload(
                        request ->
                            request
                                .bucket(place.bucket())
                                .key(object)
                                .contentType(TYPE)
                                .overrideConfiguration(signing))
                    .uploadId());
    try {
      MessageDigest digest = FileRange.newMd5();
      List<CompletedPart> parts = new ArrayList<>();
      for (long at = 0; at < file.bytes(); at += partBytes) {
        FileRange range = new FileRange(file.path(), at, Math.min(partBytes, file.bytes() - at));
        String md5 = range.md5();
        digest.update(HexFormat.of().parseHex(md5));
        parts.add(putPart(range, object, upload, parts.size() + 1, md5));
      }
      String whole = HexFormat.of().formatHex(digest.digest()) + "-" + parts.size();
      complete(object, upload, parts, whole);
    } catch (StoreException e) {
      abort(object, upload, e);
      throw e;
    }
  }

  private CompletedPart putPart(
      FileRange range, String object, String upload, int number, String md5) throws StoreException {
    var answer =
        access.call(
            (client, signing) ->
                client.uploadPart(
                    request ->
                        request
                            .bucket(place.bucket())
                            .key(object)
                            .uploadId(upload)
                            .partNumber(number)
                            .contentMD5(base64(md5))
                            .overrideConfiguration(signing),
                    body(range)));
    confirm(answer.eTag(), md5, answer.serverSideEncryptionAsString());
    return CompletedPart.builder().partNumber(number).eTag(answer.eTag()).build();
  }

  private void complete(String object, String upload, List<CompletedPart> parts, String whole)
      throws StoreException {
    var answer =
        access.call(
            (client, signing) ->
                client.completeMultipartUpload(
                    request ->
                        request
                            .bucket(place.bucket())
                            .key(object)
                            .uploadId(upload)
                            .multipartUpload(list -> list.parts(parts))
                            .overrideConfiguration(signing)));
    confirm(answer.eTag(), whole, answer.serverSideEncryptionAsString());
  }

  /** What is left behind if that fails, too, is the bucket's own rules' to clear away. */
  private void abort(String object, String upload, StoreException why) {
    try {
      access.call(
          (client, signing) ->
              client.abortMultipartUpload(
                  request ->
                      request
                          .bucket(place.bucket())
                          .key(object)
                          .uploadId(upload)
                          .overrideConfiguration(signing)));
    } catch (StoreException e) {
      why.addSuppressed(e);
    }
  }

  /**
   * Of objects encrypted by keys of their own the ETag is no MD5; the announced one was checked.
   */
  private static void confirm(@Nullable String etag, String md5, @Nullable String encryption)
      throws StoreException {
    boolean isMd5 = encryption == null || encryption.equals("AES256");
    if (etag == null || (isMd5 && !etag.replace("\"", "").equalsIgnoreCase(md5))) {
      throw new StoreException(
          Code.UNAVAILABLE, "it confirms other bytes than were sent: look at that store", null);
    }
  }

  private StoreException failure(String verb, ObjectKey key, StoreException e) {
    String what = "cannot " + verb + " '" + key + "' in " + place + ": ";
    return new StoreException(e.code(), what + e.getMessage(), e, e.retryAfter());
  }
}
