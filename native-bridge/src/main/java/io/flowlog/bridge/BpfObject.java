package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The operations on an object file of BPF programs and maps, each with its error in words; owned by
 * whoever opened it.
 */
final class BpfObject implements AutoCloseable {
  private static final String WHAT = "drop reports: ";
  private static final int UPDATE_ANY = 0;
  private static final int PROGRAM_INFO_BYTES = Abi.PROGRAM_INFO_RECURSION_MISSES_AT + Long.BYTES;

  private static final byte[] NOTHING = new byte[PROGRAM_INFO_BYTES];

  private final LibBpf libBpf = LibBpf.get();
  private final Pointer object;
  private final ByteBuffer info = memory(PROGRAM_INFO_BYTES);
  private final ByteBuffer infoSize = memory(Integer.BYTES);
  private @Nullable Pointer link;
  private boolean closed;

  private BpfObject(byte[] image) throws NativeException {
    ByteBuffer copy = memory(image.length).put(0, image);
    object = found(libBpf.bpf_object__open_mem(copy, image.length, null), "read the program");
  }

  static BpfObject open(byte[] image) throws NativeException {
    return new BpfObject(image);
  }

  static ByteBuffer memory(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  private static NativeException failure(String what) {
    int number = LibC.runtime().getLastError();
    return new NativeException(WHAT + what, number, remedy(Errno.of(number)));
  }

  private static String remedy(Errno errno) {
    return switch (errno) {
      case EPERM -> DropSupport.CAPABILITIES_REMEDY + ", and allow bpf() to it";
      case ENOMEM, EAGAIN, ENOBUFS -> "free memory on this host, or keep fewer entries";
      case EINVAL, EACCES, ENOENT, OTHER ->
          "this kernel does not bear the program: please report what 'uname -a' says";
      default -> errno.remedy();
    };
  }

  private static Pointer found(@Nullable Pointer pointer, String what) throws NativeException {
    if (pointer == null) {
      throw failure(what);
    }
    return pointer;
  }

  private static void check(int outcome, String what) throws NativeException {
    if (outcome < 0) {
      throw failure(what);
    }
  }

  private Pointer mapAt(String name) throws NativeException {
    return found(libBpf.bpf_object__find_map_by_name(object, name), "find the map " + name);
  }

  private Pointer programAt(String name) throws NativeException {
    return found(libBpf.bpf_object__find_program_by_name(object, name), "find " + name);
  }

  /** Sets for how many entries a map has room; before {@link #load}. */
  void setEntries(String map, int entries) throws NativeException {
    check(libBpf.bpf_map__set_max_entries(mapAt(map), entries), "size the map " + map);
  }

  /** Makes the maps and has the kernel check the programs. */
  void load() throws NativeException {
    check(libBpf.bpf_object__load(object), "load the program");
  }

  /** Returns the number of a map. */
  int map(String name) throws NativeException {
    int number = libBpf.bpf_map__fd(mapAt(name));
    check(number, "find the map " + name);
    return number;
  }

  /** Lets a program run from now on. */
  void attach(String program) throws NativeException {
    Pointer attached = libBpf.bpf_program__attach(programAt(program));
    link = found(attached, "attach the program");
  }

  void put(int map, ByteBuffer key, ByteBuffer value) throws NativeException {
    check(libBpf.bpf_map_update_elem(map, key, value, UPDATE_ANY), "write to a map");
  }

  void get(int map, ByteBuffer key, ByteBuffer value) throws NativeException {
    check(libBpf.bpf_map_lookup_elem(map, key, value), "read a map");
  }

  void remove(int map, ByteBuffer key) throws NativeException {
    check(libBpf.bpf_map_delete_elem(map, key), "remove from a map");
  }

  /** Tells whether there is nothing in a map; the buffer has room for a key. */
  boolean isEmpty(int map, ByteBuffer key) throws NativeException {
    if (libBpf.bpf_map_get_next_key(map, null, key) >= 0) {
      return false;
    }
    NativeException failure = failure("look into a map");
    if (failure.errno() != Errno.ENOENT) {
      throw failure;
    }
    return true;
  }

  /**
   * Takes as many entries out of a map as the batch has room for.
   *
   * @return whether there may be more
   */
  boolean take(int map, BpfBatch batch) throws NativeException {
    int outcome =
        libBpf.bpf_map_lookup_and_delete_batch(
            map,
            batch.isAtStart() ? null : batch.place(),
            batch.place(),
            batch.keys(),
            batch.values(),
            batch.prepareCount(),
            null);
    if (outcome >= 0) {
      return true;
    }
    NativeException failure = failure("take entries out of a map");
    if (failure.errno() != Errno.ENOENT) {
      throw failure;
    }
    return false;
  }

  /** Returns how often a program was called while it ran on the same processor, and did not run. */
  long recursionMisses(String program) throws NativeException {
    int number = libBpf.bpf_program__fd(programAt(program));
    // what stands in it asks for more: for the addresses of the program, say
    info.put(0, NOTHING);
    infoSize.putInt(0, PROGRAM_INFO_BYTES);
    check(libBpf.bpf_obj_get_info_by_fd(number, info, infoSize), "ask about the program");
    return info.getLong(Abi.PROGRAM_INFO_RECURSION_MISSES_AT);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (link != null) {
        libBpf.bpf_link__destroy(link);
      }
      libBpf.bpf_object__close(object);
    }
  }
}
