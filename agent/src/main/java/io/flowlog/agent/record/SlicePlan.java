package io.flowlog.agent.record;

import io.flowlog.agent.logger.FlowLogger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was declared while a slice of time ran: with its rows, all that files can be made of.
 *
 * @param intervalUnitNs the length of one unit of the loggers' aggregation intervals; 0 if a slice
 *     is the whole interval of everybody
 * @param dropEvidence whether the host told what it dropped; without, nobody knows that nothing was
 */
public record SlicePlan(long intervalUnitNs, boolean dropEvidence, List<FlowLogger> loggers) {
  /** The plan of a slice that nobody wants. */
  public static final SlicePlan NONE = new SlicePlan(0, false, List.of());

  private static final Set<String> ICMP_FIELDS =
      Set.of(RecordField.ICMP_TYPE.fieldName(), RecordField.ICMP_CODE.fieldName());

  public SlicePlan {
    loggers = List.copyOf(loggers);
  }

  /** Returns the logger of an id, or null. */
  public @Nullable FlowLogger find(UUID loggerId) {
    for (FlowLogger logger : loggers) {
      if (logger.id().equals(loggerId)) {
        return logger;
      }
    }
    return null;
  }

  /** Returns how long a logger's intervals are; 0 if a slice is the whole interval of everybody. */
  public long lengthNs(FlowLogger logger) {
    return logger.aggregationInterval() * intervalUnitNs;
  }

  /** Returns the interval of a logger that a slice belongs to. */
  public Interval intervalOf(FlowLogger logger, Interval slice) {
    if (intervalUnitNs == 0) {
      return slice;
    }
    long lengthNs = lengthNs(logger);
    long startNs = Math.floorDiv(slice.startNs(), lengthNs) * lengthNs;
    return new Interval(startNs, startNs + lengthNs);
  }

  /** Tells whether rows of ICMP are split by type and code, because somebody shows these. */
  public boolean splitsIcmp() {
    return loggers.stream().anyMatch(SlicePlan::splitsIcmp);
  }

  /** Tells whether a logger's rows of ICMP are split by type and code. */
  public static boolean splitsIcmp(FlowLogger logger) {
    return logger.fields().stream().anyMatch(ICMP_FIELDS::contains);
  }

  /** Tells whether somebody shows what packets carry behind an address translation. */
  public boolean showsTranslations() {
    return loggers.stream().anyMatch(SlicePlan::showsTranslations);
  }

  /** Tells whether a logger shows what packets carry behind an address translation. */
  public static boolean showsTranslations(FlowLogger logger) {
    return RowLayout.columnsOf(logger).stream()
        .anyMatch(
            column ->
                column.content() instanceof Column.Shown shown && shown.field().isOfTranslation());
  }

  /** Returns the bit of {@link FlowRecord#audience()} that a logger's rows have. */
  public static int audienceOf(FlowLogger logger) {
    return logger.connectionSetupOnly() ? FlowRecord.FOR_SETUP_ONLY : FlowRecord.FOR_ALL_TRAFFIC;
  }

  /** Tells whether somebody collects connection set-up only. */
  public boolean collectsSetup() {
    return loggers.stream().anyMatch(FlowLogger::connectionSetupOnly);
  }

  /** Returns the plan as bytes for the row journal. */
  public byte[] encode() {
    return PlanCodec.encode(this);
  }

  /**
   * Reads what {@link #encode} returned.
   *
   * @param encoded all its remaining bytes; they may come from outside and be anything
   * @throws IOException when they are no plan
   */
  public static SlicePlan decode(ByteBuffer encoded) throws IOException {
    return PlanCodec.decode(encoded);
  }
}
