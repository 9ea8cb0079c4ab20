package io.flowlog.agent.worker.host;

/** The program that {@link HostCheckTest} runs with other rights: prints what it finds. */
final class HostCheckChild {
  private HostCheckChild() {}

  public static void main(String[] ports) {
    HostCheck check = HostCheck.ofThisProcess();
    System.out.println(check.obstacle().orElse("captures"));
    System.out.println(check.tooFewFiles(Integer.parseInt(ports[0])).orElse("has files"));
  }
}
