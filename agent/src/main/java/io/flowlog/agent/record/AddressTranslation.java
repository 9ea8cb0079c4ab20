package io.flowlog.agent.record;

/**
 * Knows what the packets of a row carry on the other side of this host's address translation; owned
 * by whoever owns the {@link RecordBuilder} that asks it.
 */
public interface AddressTranslation {
  /** Knows nothing of any row. */
  AddressTranslation NONE =
      new AddressTranslation() {
        @Override
        public void startSlice(long startNs, long endNs) {}

        @Override
        public void translate(FlowRecord row) {}

        @Override
        public void endSlice(long endNs) {}
      };

  /** Says that the rows of a slice follow. */
  void startSlice(long startNs, long endNs);

  /**
   * Makes the row {@link FlowRecord#untranslated} or writes what its packets carry there; leaves it
   * as it is if that is not known.
   *
   * @param row a row with addresses, in memory that has room for the longest
   */
  void translate(FlowRecord row);

  /** Says that all rows of the slice were there. */
  void endSlice(long endNs);
}
