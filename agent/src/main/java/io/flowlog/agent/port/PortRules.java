package io.flowlog.agent.port;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What holds for a logging port that somebody declares, in a file or elsewhere. */
public final class PortRules {
  private static final int DEVICE_BYTES_MAX = 15; // IFNAMSIZ - 1
  private static final Pattern OWNER_TYPE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
  private static final String INSTANCE = "instance";

  private PortRules() {}

  /** Checks a declared port. */
  public static Checked<LoggingPort> check(Map<String, @Nullable Object> tree) {
    FieldReader reader = new FieldReader(tree);
    LoggingPort port = read(reader);
    return new Checked<>(reader.problems().isEmpty() ? port : null, reader.problems());
  }

  /** Returns the name of every field that a declared port may have. */
  public static Set<String> fieldNames() {
    FieldReader reader = new FieldReader(Map.of());
    read(reader);
    return reader.askedPaths();
  }

  private static LoggingPort read(FieldReader reader) {
    String device = reader.value("device", PortRules::device);
    String portId = reader.value("port_id", text -> Ids.uuid(text).toString());
    if (!reader.has("port_id")) {
      reader.problem("port_id", "is required", "add the port's UUID");
    }
    String mac = reader.value("mac", MacAddress::canonical);
    List<String> addresses = reader.values("addresses", IpAddress::canonical);
    String vmId = reader.value("vm_id", Ids::resourceId);
    String subnetId = reader.value("subnet_id", Ids::resourceId);
    String networkId = reader.value("network_id", Ids::resourceId);
    String projectId = reader.value("project_id", Ids::projectId);
    Owner owner = owner(reader, vmId);
    boolean hasAddress = addresses == null ? reader.has("addresses") : !addresses.isEmpty();
    if (!reader.has("device") && !reader.has("mac") && !hasAddress) {
      reader.problem(
          "device", "is required", "name the interface, or give mac or addresses to know it by");
    }
    reader.refuseUnknown();
    return new LoggingPort(
        device,
        Objects.requireNonNullElse(portId, ""),
        mac,
        addresses == null ? List.of() : addresses,
        owner.vmId,
        subnetId,
        networkId,
        projectId,
        owner.type,
        owner.id);
  }

  private record Owner(@Nullable String vmId, @Nullable String type, @Nullable String id) {}

  /** An instance's id has two names, vm_id and owner_id: either fills in the other. */
  private static Owner owner(FieldReader reader, @Nullable String vmId) {
    String type = reader.value("owner_type", PortRules::ownerType);
    String id = reader.value("owner_id", Ids::resourceId);
    if (!reader.has("owner_type")) {
      if (reader.has("owner_id")) {
        reader.problem("owner_type", "is required", "say what owner_id is, e.g. instance");
      }
      return vmId == null ? new Owner(null, null, id) : new Owner(vmId, INSTANCE, vmId);
    }
    if (!INSTANCE.equals(type)) {
      return new Owner(vmId, type, id);
    }
    if (vmId != null && id != null && !vmId.equals(id)) {
      reader.problem("owner_id", "differs from vm_id", "an instance has one id: drop one of them");
    }
    String instanceId = vmId == null ? id : vmId;
    return new Owner(instanceId, INSTANCE, instanceId);
  }

  private static String device(String text) throws FieldException {
    boolean isLegal =
        text.getBytes(StandardCharsets.UTF_8).length <= DEVICE_BYTES_MAX
            && !text.isEmpty()
            && !text.equals(".")
            && !text.equals("..")
            && text.chars().allMatch(c -> c > ' ' && c < 127 && c != '/' && c != ':');
    if (isLegal) {
      return text;
    }
    throw new FieldException(
        FieldProblem.quote(text) + " cannot be the name of an interface",
        "1 to 15 visible ASCII characters without / and :");
  }

  private static String ownerType(String text) throws FieldException {
    if (OWNER_TYPE.matcher(text).matches()) {
      return text;
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not a kind of owner", "write e.g. instance, loadbalancer");
  }
}
