package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text that rows of one shape have in common: same port, same verdict, same flags, same state.
 * Millions of rows have a few hundred shapes, so most of a row is copied, not written.
 *
 * <p>Owned by one {@link CsvEncoder}. Of fixed size: a shape gives way to the next one that falls
 * on its place.
 */
final class CsvShapes {
  /** A step that writes the next piece of a shape; others are the place of a column. */
  static final int PIECE = -1;

  private static final int PLACE_BITS = 12;
  private static final int PLACES = 1 << PLACE_BITS;

  private final int[] steps;
  private final @Nullable Shape[] shapes = new Shape[PLACES];

  CsvShapes(CsvColumn[] columns) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      if (!columns[i].isOfShape()) {
        found.add(i);
      } else if (found.isEmpty() || found.get(found.size() - 1) != PIECE) {
        found.add(PIECE);
      }
    }
    steps = found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns how a row is put together: neighbouring columns of the shape are one piece. */
  int[] steps() {
    return steps;
  }

  /** Returns the shape of a row, or null if it is not here. */
  @Nullable Shape find(FlowRecord row) {
    int place = place(row);
    Shape shape = shapes[place];
    if (shape == null || shape.fits(row)) {
      return shape;
    }
    Shape other = shapes[place ^ 1];
    return other != null && other.fits(row) ? other : null;
  }

  /** Keeps the pieces of a row's shape, each with a separator behind every column. */
  void keep(FlowRecord row, List<byte[]> pieces) {
    int place = place(row);
    // The newer of two stays in front, so a pair of frequent shapes does not push each other out.
    shapes[place ^ 1] = shapes[place];
    shapes[place] = new Shape(row, pieces.toArray(byte[][]::new));
  }

  private static int place(FlowRecord row) {
    long mixed = row.shapeHigh() * 0x9e37_79b9_7f4a_7c15L;
    mixed = (mixed ^ (mixed >>> 32) ^ row.shapeLow()) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ (mixed >>> 29) ^ row.portIndex()) * 0x94d0_49bb_1331_11ebL;
    return (int) (mixed >>> (Long.SIZE - PLACE_BITS));
  }

  /** One shape and its text. */
  static final class Shape {
    final byte[][] pieces;
    final int bytes;
    private final long high;
    private final long low;
    private final int portIndex;

    Shape(FlowRecord row, byte[][] pieces) {
      this.pieces = pieces;
      bytes = Arrays.stream(pieces).mapToInt(piece -> piece.length).sum();
      high = row.shapeHigh();
      low = row.shapeLow();
      portIndex = row.portIndex();
    }

    boolean fits(FlowRecord row) {
      return row.shapeHigh() == high && row.shapeLow() == low && row.portIndex() == portIndex;
    }
  }
}
