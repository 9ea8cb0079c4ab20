package io.flowlog.bridge;

import java.util.Locale;

/** What a system call says when it fails, as far as somebody can do something about it. */
public enum Errno {
  /** No permission. */
  EPERM(
      1,
      "give the program CAP_NET_RAW: in its systemd unit AmbientCapabilities=CAP_NET_RAW"
          + " CAP_NET_ADMIN, or run it as root"),
  /** No such file. */
  ENOENT(2, "nothing has this name: see whether what makes it runs"),
  /** Interrupted by a signal. */
  EINTR(4, "try again"),
  /** No such device or address. */
  ENXIO(6, "the device is not there (any more): see 'ip link'"),
  /** Would have to wait. */
  EAGAIN(11, "whoever reads there is too slow or hangs"),
  /** No memory. */
  ENOMEM(12, "free memory on this host, or make rings smaller or fewer"),
  /** No access. */
  EACCES(13, "see which security module (AppArmor, SELinux, seccomp) forbids it"),
  /** In use. */
  EBUSY(16, "see which other program uses it, and stop that one"),
  /** No such device. */
  ENODEV(19, "the device is not there (any more): see 'ip link'"),
  /** Invalid argument. */
  EINVAL(22, "the kernel does not know this: packet rings need Linux 4.6 or newer"),
  /** Too many open files on this host. */
  ENFILE(23, "raise the sysctl fs.file-max"),
  /** Too many open files in this process. */
  EMFILE(24, "raise LimitNOFILE in the systemd unit"),
  /** Unknown option. */
  ENOPROTOOPT(92, "the kernel does not know this: packet rings need Linux 4.6 or newer"),
  /** No such address family. */
  EAFNOSUPPORT(
      97, "load the module af_packet, and allow AF_PACKET and AF_NETLINK in the systemd unit"),
  /** Somebody has this address. */
  EADDRINUSE(98, "another process has this address: end it"),
  /** The device is down. */
  ENETDOWN(100, "bring the device up: ip link set DEVICE up"),
  /** No buffers. */
  ENOBUFS(105, "free memory on this host, or make rings smaller or fewer"),
  /** Nobody listens. */
  ECONNREFUSED(111, "nobody listens there (any more)"),
  /** Every other number. */
  OTHER(0, "see errno(3)");

  private final int number;
  private final String remedy;

  Errno(int number, String remedy) {
    this.number = number;
    this.remedy = remedy;
  }

  /** Returns the name of a number. */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return OTHER;
  }

  int number() {
    return number;
  }

  String remedy() {
    return remedy;
  }

  /** Returns how a person finds a number in errno(3). */
  static String text(int number) {
    Errno errno = of(number);
    return errno == OTHER ? String.format(Locale.ROOT, "errno %d", number) : errno.name();
  }
}
