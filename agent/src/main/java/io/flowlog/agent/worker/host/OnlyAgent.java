package io.flowlog.agent.worker.host;

import io.flowlog.bridge.NamespaceClaim;
import io.flowlog.bridge.NamespaceClaim.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The claim of the one agent that works in a network namespace, whatever its folders; owned by one
 * thread. It ends with the process, killed or not.
 *
 * <p>Two agents would store each row twice, and have the kernel report each drop twice.
 */
public final class OnlyAgent implements AutoCloseable {
  private static final String NAME = "flowlog-agent";
  private static final Path PROCESSES = Path.of("/proc");
  private static final Path SELF = Path.of("/proc/self");
  private static final int ROOT = 0;
  private static final int CAP_NET_RAW = 13;
  private static final Pattern RIGHTS = Pattern.compile("CapEff:\\s*([0-9a-f]{1,16})");

  /** Null where a stranger has the name. */
  private final @Nullable NamespaceClaim claim;

  private final String warning;

  private OnlyAgent(@Nullable NamespaceClaim claim, String warning) {
    this.claim = claim;
    this.warning = warning;
  }

  /**
   * Claims this network namespace.
   *
   * @throws IOException if another agent works here, in one line with a remedy
   */
  public static OnlyAgent claim() throws IOException {
    return claim(NAME);
  }

  static OnlyAgent claim(String name) throws IOException {
    Optional<NamespaceClaim> claim = NamespaceClaim.of(name);
    if (claim.isPresent()) {
      return new OnlyAgent(claim.get(), "");
    }
    Optional<Owner> owner = NamespaceClaim.owner(name);
    if (owner.isEmpty()) { // it has just ended
      return new OnlyAgent(NamespaceClaim.of(name).orElse(null), "");
    }
    if (isAgent(owner.get())) {
      throw new IOException(refusal(owner.get()));
    }
    return new OnlyAgent(
        null,
        words(owner.get())
            + " has the name @"
            + name
            + " and is no agent: a second agent on this host would not be noticed: end that"
            + " process");
  }

  /** Tells that an agent works here already; nothing if none does. */
  public static Optional<HostFact> present() throws IOException {
    return NamespaceClaim.owner(NAME)
        .filter(OnlyAgent::isAgent)
        .map(
            owner ->
                HostFact.good(
                    "agent",
                    "one works here, " + words(owner),
                    "a second one would not start: two would record everything twice"));
  }

  private static String refusal(Owner owner) {
    String how = owner.process() == 0 ? "" : ", or 'kill " + owner.process() + "'";
    return "another agent works on this host, "
        + words(owner)
        + ": two would record everything twice: end it first ('systemctl stop flowlog-agent'"
        + how
        + ")";
  }

  private static String words(Owner owner) {
    String process =
        owner.process() == 0 ? "a process not seen from here" : "process " + owner.process();
    return owner.user() < 0 ? process : process + " of user " + owner.user();
  }

  /**
   * Anybody can have the name, so as to keep agents from working: an agent is root's, of our user,
   * or may capture. Where nothing is known of the owner it is taken for one.
   */
  private static boolean isAgent(Owner owner) {
    return owner.user() < 0
        || owner.user() == ROOT
        || owner.user() == ownUser()
        || mayCapture(owner.process());
  }

  private static int ownUser() {
    try {
      return (int) Files.getAttribute(SELF, "unix:uid");
    } catch (IOException e) {
      return ROOT;
    }
  }

  private static boolean mayCapture(int process) {
    return lines(PROCESSES.resolve(process + "/status")).stream()
        .map(RIGHTS::matcher)
        .filter(Matcher::matches)
        .mapToLong(found -> Long.parseUnsignedLong(found.group(1), 16))
        .anyMatch(rights -> (rights >> CAP_NET_RAW & 1) != 0);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns what is to be told beside, with a remedy; nothing if all is well. */
  public Optional<String> warning() {
    return warning.isEmpty() ? Optional.empty() : Optional.of(warning);
  }

  /** Forgets who has asked; to be called once a minute or so. */
  public void forgetAskers() {
    if (claim != null) {
      claim.forgetAskers();
    }
  }

  @Override
  public void close() {
    if (claim != null) {
      claim.close();
    }
  }
}
