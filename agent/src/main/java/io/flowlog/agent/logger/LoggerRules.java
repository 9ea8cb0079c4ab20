package io.flowlog.agent.logger;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.port.Checked;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.port.Ids;
import io.flowlog.agent.port.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What holds for every logger, whoever declares it: the one way from outside data to a {@link
 * FlowLogger}.
 */
public final class LoggerRules {
  /** The longest aggregation interval, in units. */
  public static final int INTERVAL_MAX = 15;

  private static final String[] READ_ONLY = {
    "status", "error_type", "error_message", "created_at", "updated_at", "ports", "problems"
  };
  private static final List<String> REQUIRED =
      List.of("name", "resource_id", "storage_type", "storage_url");
  private static final UUID ABSENT = new UUID(0, 0);
  private static final int TEXT_CHARACTERS_MAX = 255;
  private static final long INTERVAL_DEFAULT = 10;

  private final Map<Layout, FieldChoice> fieldChoices;
  private final StorageRules storage;

  /**
   * Makes the rules of one agent.
   *
   * @param fieldChoices the fields of each layout
   */
  public LoggerRules(Map<Layout, FieldChoice> fieldChoices, StorageRules storage) {
    this.fieldChoices = Map.copyOf(fieldChoices);
    this.storage = storage;
  }

  /** Checks a declared logger; {@code assignedId} is its id if it does not bring one. */
  public Checked<FlowLogger> check(Map<String, @Nullable Object> tree, UUID assignedId) {
    FieldReader reader = new FieldReader(tree);
    FlowLogger logger = read(reader, assignedId);
    return new Checked<>(reader.problems().isEmpty() ? logger : null, reader.problems());
  }

  /** Returns the name of every field that a declared logger may have, but for the read-only. */
  public Set<String> fieldNames() {
    FieldReader reader = new FieldReader(Map.of());
    read(reader, ABSENT);
    return reader.askedPaths();
  }

  private FlowLogger read(FieldReader reader, UUID assignedId) {
    StorageType storageType = reader.choice("storage_type", StorageType.class);
    LogFormat format = or(reader.choice("log_format", LogFormat.class), LogFormat.CSV);
    Layout layout = reader.choice("layout", Layout.class);
    refuseMissing(reader);
    FlowLogger logger =
        new FlowLogger(
            or(reader.value("id", Ids::uuid), assignedId),
            or(reader.value("name", LoggerRules::name), ""),
            or(reader.value("description", LoggerRules::description), ""),
            or(reader.choice("resource_type", ResourceType.class), ResourceType.PORT),
            or(reader.value("resource_id", Ids::uuid), ABSENT),
            or(reader.choice("filter", TrafficFilter.class), TrafficFilter.ALL),
            or(reader.integer("aggregation_interval", 1, INTERVAL_MAX), INTERVAL_DEFAULT)
                .intValue(),
            or(reader.flag("connection_setup_only"), false),
            or(storageType, StorageType.OBS),
            or(reader.value("storage_url", text -> storageUrl(text, storageType)), ""),
            format,
            compression(reader, format),
            or(layout, Layout.nhn),
            fields(reader, layout),
            partition(reader),
            reader.value("customized_file_name", NameTemplates::file),
            or(reader.flag("admin_state_up"), true),
            projectId(reader));
    reader.ignore(READ_ONLY);
    reader.refuseUnknown();
    return logger;
  }

  private static void refuseMissing(FieldReader reader) {
    for (String field : REQUIRED) {
      if (!reader.has(field)) {
        reader.problem(field, "is required", "add it");
      }
    }
  }

  private static <T> T or(@Nullable T value, T fallback) {
    return Objects.requireNonNullElse(value, fallback);
  }

  private static String name(String text) throws FieldException {
    if (text.isEmpty()) {
      throw new FieldException("is empty", "give the logger a name");
    }
    return description(text);
  }

  private static String description(String text) throws FieldException {
    int characters = text.codePointCount(0, text.length());
    if (characters > TEXT_CHARACTERS_MAX) {
      throw new FieldException(
          "has " + characters + " characters", "use at most " + TEXT_CHARACTERS_MAX);
    }
    return text;
  }

  private String storageUrl(String text, @Nullable StorageType type) throws FieldException {
    if (type == null) {
      return text; // without a type, which is a problem of its own, any rule would mislead
    }
    return type == StorageType.FILE ? storage.directory(text) : storage.object(text);
  }

  private static CompressionType compression(FieldReader reader, LogFormat format) {
    CompressionType compression =
        or(reader.choice("compression_type", CompressionType.class), CompressionType.RAW);
    if (compression == CompressionType.SNAPPY && format != LogFormat.PARQUET) {
      reader.problem(
          "compression_type",
          "SNAPPY goes with PARQUET only",
          "use RAW, GZIP or ZSTD with " + format);
    }
    return compression;
  }

  private List<String> fields(FieldReader reader, @Nullable Layout layout) {
    if (layout == null && reader.has("layout")) {
      // Of a layout that is no layout, any rule about its fields would mislead.
      reader.value("customized_field", text -> text);
      return List.of();
    }
    Layout rows = or(layout, Layout.nhn);
    FieldChoice choice = Objects.requireNonNull(fieldChoices.get(rows), "fields of " + rows);
    return or(
        reader.value("customized_field", text -> fields(text, rows, choice.known())),
        choice.defaults());
  }

  private static List<String> fields(String text, Layout layout, List<String> known)
      throws FieldException {
    List<String> fields = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String field = part.strip();
      if (field.isEmpty()) {
        throw new FieldException("names an empty field", "write names with one comma between them");
      }
      if (!known.contains(field)) {
        throw new FieldException(
            FieldProblem.quote(field) + " is not a field of layout " + layout,
            NearestName.remedy(field, known.stream().sorted().toList()));
      }
      if (fields.contains(field)) {
        throw new FieldException(FieldProblem.quote(field) + " comes twice", "name it once");
      }
      fields.add(field);
    }
    return fields;
  }

  /** Reads the folder template under its name in requests and under its name in filters. */
  private static String partition(FieldReader reader) {
    String period = reader.value("partition_period", NameTemplates::folder);
    String alias = reader.value("partitioned_period", NameTemplates::folder);
    if (period != null && alias != null && !period.equals(alias)) {
      reader.problem("partitioned_period", "differs from partition_period", "drop one of them");
    }
    return or(period, or(alias, "DAY"));
  }

  private static @Nullable String projectId(FieldReader reader) {
    String tenant = reader.value("tenant_id", Ids::projectId);
    String project = reader.value("project_id", Ids::projectId);
    if (tenant != null && project != null && !tenant.equals(project)) {
      reader.problem("tenant_id", "differs from project_id", "both name the owner: drop one");
    }
    return project == null ? tenant : project;
  }
}
