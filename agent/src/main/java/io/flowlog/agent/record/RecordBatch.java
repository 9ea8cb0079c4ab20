package io.flowlog.agent.record;

/**
 * Records in a row, encoded one after the other in a byte array: what travels from the connection
 * table to the row journal, and from the journal to the encoders.
 *
 * <p>Ownership moves with the batch. {@link FlowRecord} knows the layout of a row.
 */
public final class RecordBatch {
  /** The capacity of batches between stages, which are copied into one another. */
  public static final int USUAL_BYTES = 1 << 18;

  private final byte[] data;
  private int usedBytes;
  private int rows;

  /** Makes an empty batch of {@link #USUAL_BYTES}. */
  public RecordBatch() {
    this(USUAL_BYTES);
  }

  /** Makes an empty batch of fixed capacity. */
  public RecordBatch(int capacityBytes) {
    if (capacityBytes < FlowRecord.BYTES_MAX) {
      throw new IllegalArgumentException("a batch of " + capacityBytes + " bytes holds no row");
    }
    data = new byte[capacityBytes];
  }

  /** Returns the bytes of the rows; only the first {@link #usedBytes()} count. */
  public byte[] data() {
    return data;
  }

  /** Returns how many bytes the rows take. */
  public int usedBytes() {
    return usedBytes;
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Becomes a copy of another batch, which must not be larger than this one can hold. */
  public void copyOf(RecordBatch other) {
    System.arraycopy(other.data, 0, data, 0, other.usedBytes);
    usedBytes = other.usedBytes;
    rows = other.rows;
  }

  /** Tells whether one more row of any kind fits. */
  public boolean hasRoom() {
    return data.length - usedBytes >= FlowRecord.BYTES_MAX;
  }

  /** Takes a row that was written at {@link #usedBytes()}. */
  public void append(int rowBytes) {
    usedBytes += rowBytes;
    rows++;
  }

  /** Declares the content after it was read from elsewhere into {@link #data()}. */
  public void filled(int usedBytes, int rows) {
    this.usedBytes = usedBytes;
    this.rows = rows;
  }

  /** Forgets all rows. */
  public void clear() {
    usedBytes = 0;
    rows = 0;
  }
}
