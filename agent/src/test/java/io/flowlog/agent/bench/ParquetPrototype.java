package io.flowlog.agent.bench;

import com.github.luben.zstd.Zstd;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordNames;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/** The 17 default fields as Parquet, the two plain ways: by hand, and by Avro's records. */
final class ParquetPrototype {
  private static final long ROW_GROUP_BYTES = 16 << 20;

  private static final Schema SCHEMA =
      SchemaBuilder.record("row")
          .fields()
          .optionalLong("timestamp_start")
          .optionalLong("timestamp_end")
          .optionalString("interface_id")
          .optionalString("vm_id")
          .optionalString("subnet_id")
          .optionalString("vpc_id")
          .optionalString("region")
          .optionalInt("protocol")
          .optionalString("src_addr")
          .optionalString("dst_addr")
          .optionalInt("src_port")
          .optionalInt("dst_port")
          .optionalInt("tcp_flag")
          .optionalLong("packets")
          .optionalLong("bytes")
          .optionalString("filter")
          .optionalString("status")
          .endRecord();

  private ParquetPrototype() {}

  /** Opens a writer with a write support of its own. */
  static ParquetWriter<FlowRecord> byHand(BenchRows rows, OutputStream out) throws IOException {
    return new ByHand(rows, new File(out))
        .withConf(new PlainParquetConfiguration())
        .withCodecFactory(new Codec())
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withRowGroupSize(ROW_GROUP_BYTES)
        .build();
  }

  /** Opens Avro's writer of records. */
  static ParquetWriter<GenericRecord> byAvro(OutputStream out) throws IOException {
    return AvroParquetWriter.<GenericRecord>builder(new File(out))
        .withSchema(SCHEMA)
        .withConf(new PlainParquetConfiguration())
        .withDataModel(GenericData.get())
        .withCodecFactory(new Codec())
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withRowGroupSize(ROW_GROUP_BYTES)
        .build();
  }

  /** Returns a row as Avro's writer wants it. */
  static GenericRecord record(BenchRows rows, FlowRecord row) {
    LoggingPort port = rows.ports.get(row.portIndex());
    GenericRecord values = new GenericData.Record(SCHEMA);
    values.put(0, row.firstNs() / 1_000_000_000);
    values.put(1, row.lastNs() / 1_000_000_000);
    values.put(2, port.portId());
    values.put(3, port.vmId());
    values.put(4, port.subnetId());
    values.put(5, port.networkId());
    values.put(6, BenchRows.REGION);
    values.put(7, row.protocol());
    values.put(8, address(row.source4()));
    values.put(9, address(row.destination4()));
    values.put(10, row.sourcePort());
    values.put(11, row.destinationPort());
    values.put(12, row.tcpFlag());
    values.put(13, row.packets());
    values.put(14, row.bytes());
    values.put(15, RecordNames.verdicts().get(row.verdict()));
    values.put(16, RecordNames.statuses().get(row.status()));
    return values;
  }

  static String address(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  private static final class ByHand extends ParquetWriter.Builder<FlowRecord, ByHand> {
    private final Support support;

    ByHand(BenchRows rows, OutputFile file) {
      super(file);
      support = new Support(rows);
    }

    @Override
    protected ByHand self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<FlowRecord> getWriteSupport(Configuration configuration) {
      return support;
    }

    @Override
    protected WriteSupport<FlowRecord> getWriteSupport(ParquetConfiguration configuration) {
      return support;
    }
  }

  private static final class Support extends WriteSupport<FlowRecord> {
    private final Binary[][] ofPorts = new Binary[BenchRows.PORTS][];
    private final Binary region = binary(BenchRows.REGION);
    private final Binary[] verdicts = words(RecordNames.verdicts().toArray(new String[0]));
    private final Binary[] statuses = words(RecordNames.statuses().toArray(new String[0]));
    private final String[] names =
        SCHEMA.getFields().stream().map(Schema.Field::name).toArray(String[]::new);
    private final byte[] text = new byte[15];
    private @Nullable RecordConsumer out;

    Support(BenchRows rows) {
      for (int i = 0; i < ofPorts.length; i++) {
        LoggingPort port = rows.ports.get(i);
        ofPorts[i] = words(port.portId(), port.vmId(), port.subnetId(), port.networkId());
      }
    }

    private static Binary[] words(@Nullable String... words) {
      return Arrays.stream(words).map(Support::binary).toArray(Binary[]::new);
    }

    private static Binary binary(@Nullable String text) {
      return Binary.fromConstantByteArray(String.valueOf(text).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      AvroSchemaConverter converter = new AvroSchemaConverter(new PlainParquetConfiguration());
      return new WriteContext(converter.convert(SCHEMA), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      out = recordConsumer;
    }

    @Override
    public void write(FlowRecord row) {
      RecordConsumer to = out;
      if (to == null) {
        throw new IllegalStateException();
      }
      to.startMessage();
      number(to, 0, row.firstNs() / 1_000_000_000);
      number(to, 1, row.lastNs() / 1_000_000_000);
      Binary[] ofPort = ofPorts[row.portIndex()];
      for (int i = 0; i < ofPort.length; i++) {
        text(to, 2 + i, ofPort[i]);
      }
      text(to, 6, region);
      number(to, 7, row.protocol());
      text(to, 8, formatted(row.source4()));
      text(to, 9, formatted(row.destination4()));
      number(to, 10, row.sourcePort());
      number(to, 11, row.destinationPort());
      number(to, 12, row.tcpFlag());
      number(to, 13, row.packets());
      number(to, 14, row.bytes());
      text(to, 15, verdicts[row.verdict()]);
      text(to, 16, statuses[row.status()]);
      to.endMessage();
    }

    private void number(RecordConsumer to, int index, long value) {
      to.startField(names[index], index);
      to.addLong(value);
      to.endField(names[index], index);
    }

    private void number(RecordConsumer to, int index, int value) {
      to.startField(names[index], index);
      to.addInteger(value);
      to.endField(names[index], index);
    }

    private void text(RecordConsumer to, int index, Binary value) {
      to.startField(names[index], index);
      to.addBinary(value);
      to.endField(names[index], index);
    }

    private Binary formatted(int address) {
      int size = 0;
      for (int shift = 24; shift >= 0; shift -= 8) {
        int octet = address >>> shift & 0xff;
        if (octet >= 100) {
          text[size++] = (byte) ('0' + octet / 100);
        }
        if (octet >= 10) {
          text[size++] = (byte) ('0' + octet / 10 % 10);
        }
        text[size++] = (byte) ('0' + octet % 10);
        if (shift > 0) {
          text[size++] = '.';
        }
      }
      return Binary.fromReusedByteArray(text, 0, size);
    }
  }

  private static final class Codec implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      return new BytesInputCompressor() {
        @Override
        @SuppressWarnings("deprecation")
        public BytesInput compress(BytesInput page) throws IOException {
          return BytesInput.from(Zstd.compress(page.toByteArray(), 3));
        }

        @Override
        public CompressionCodecName getCodecName() {
          return codec;
        }

        @Override
        public void release() {
          // Nothing is held.
        }
      };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }

  private record File(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new Stream(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return new Stream(out);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Stream extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    Stream(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      position++;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      out.write(source, offset, length);
      position += length;
    }
  }
}
