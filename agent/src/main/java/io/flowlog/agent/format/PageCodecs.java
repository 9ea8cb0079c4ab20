package io.flowlog.agent.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Compresses the pages of one Parquet file: Parquet's own codecs, without Hadoop around them.
 *
 * <p>Owned by one {@link ParquetEncoder}, which releases it.
 */
final class PageCodecs implements CompressionCodecFactory {
  private static final int ZSTD_LEVEL = 3;

  private @Nullable PageCompressor compressor;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    PageCompressor found = compressor;
    if (found == null || found.getCodecName() != codec) {
      release();
      found = open(codec);
      compressor = found;
    }
    return found;
  }

  private static PageCompressor open(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Plain();
      case GZIP -> new Gzip();
      case SNAPPY -> new SnappyPages();
      case ZSTD -> new ZstdPages();
      default -> throw new IllegalArgumentException(codec + " is not a codec of ours");
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only written here");
  }

  @Override
  public void release() {
    if (compressor != null) {
      compressor.release();
      compressor = null;
    }
  }

  /** A compressor whose result is good until its next one. */
  private abstract static class PageCompressor implements BytesInputCompressor {
    private final CompressionCodecName codec;
    private final PlainPage plain = new PlainPage();
    private byte[] compressed = new byte[0];

    PageCompressor(CompressionCodecName codec) {
      this.codec = codec;
    }

    /** Returns the bytes of a page. */
    PlainPage plain(BytesInput page) throws IOException {
      plain.reset();
      page.writeAllTo(plain);
      return plain;
    }

    /** Returns where a result of so many bytes has room. */
    byte[] room(int bytes) {
      if (compressed.length < bytes) {
        compressed = new byte[bytes];
      }
      return compressed;
    }

    @Override
    public CompressionCodecName getCodecName() {
      return codec;
    }

    @Override
    public void release() {
      compressed = new byte[0];
    }
  }

  /** The bytes of a page, in one array that serves the next page too. */
  private static final class PlainPage extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }

  private static final class Plain extends PageCompressor {
    Plain() {
      super(CompressionCodecName.UNCOMPRESSED);
    }

    @Override
    public BytesInput compress(BytesInput page) {
      return page;
    }
  }

  private static final class Gzip extends PageCompressor {
    Gzip() {
      super(CompressionCodecName.GZIP);
    }

    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
        page.writeAllTo(zipped);
      }
      return BytesInput.from(out);
    }
  }

  private static final class SnappyPages extends PageCompressor {
    SnappyPages() {
      super(CompressionCodecName.SNAPPY);
    }

    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      PlainPage plain = plain(page);
      byte[] out = room(Snappy.maxCompressedLength(plain.size()));
      return BytesInput.from(out, 0, Snappy.compress(plain.array(), 0, plain.size(), out, 0));
    }
  }

  private static final class ZstdPages extends PageCompressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(ZSTD_LEVEL);

    ZstdPages() {
      super(CompressionCodecName.ZSTD);
    }

    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      PlainPage plain = plain(page);
      byte[] out = room((int) Zstd.compressBound(plain.size()));
      int length = context.compressByteArray(out, 0, out.length, plain.array(), 0, plain.size());
      return BytesInput.from(out, 0, length);
    }

    @Override
    public void release() {
      super.release();
      context.close();
    }
  }
}
