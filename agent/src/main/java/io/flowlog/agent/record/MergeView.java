package io.flowlog.agent.record;

/**
 * How the rows of several slices become those of an interval.
 *
 * @param interval the interval, until the end of its last slice
 * @param splitIcmp whether rows of ICMP stay split by type and code
 * @param showTranslations whether rows stay apart that differ in what their packets carry on the
 *     other side of an address translation
 * @param audience the one bit of {@link FlowRecord#audience()} whose rows are merged
 */
public record MergeView(
    Interval interval, boolean splitIcmp, boolean showTranslations, int audience) {}
