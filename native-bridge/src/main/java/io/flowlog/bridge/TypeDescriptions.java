package io.flowlog.bridge;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** What a kernel says about its own types (BTF), in libbpf's memory; owned by whoever opened it. */
final class TypeDescriptions implements AutoCloseable {
  private static final int MEMBERS_MASK = 0xffff;

  private final LibBpf libBpf = LibBpf.get();
  private final Pointer types;

  private TypeDescriptions(@Nullable Pointer types, Path file) throws NativeException {
    if (types == null) {
      throw NativeException.ofLastCall("drop reports: read the kernel's types in " + file);
    }
    this.types = types;
  }

  static TypeDescriptions parse(Path file) throws NativeException {
    return new TypeDescriptions(LibBpf.get().btf__parse(file.toString(), null), file);
  }

  /** Reads those of a module, which go on where these end; they must be closed before these. */
  TypeDescriptions parseMore(Path file) throws NativeException {
    return new TypeDescriptions(libBpf.btf__parse_split(file.toString(), types), file);
  }

  /** Returns the members of an enumeration, nothing if there is none of this name. */
  Map<String, Integer> enumeration(String name) {
    Map<String, Integer> members = new LinkedHashMap<>();
    int number = libBpf.btf__find_by_name_kind(types, name, Abi.BTF_KIND_ENUM);
    Pointer type = number < 0 ? null : libBpf.btf__type_by_id(types, number);
    if (type != null) {
      int count = type.getInt(Abi.TYPE_INFO_AT) & MEMBERS_MASK;
      for (int i = 0; i < count; i++) {
        int member = Abi.TYPE_BYTES + i * Abi.ENUMERATOR_BYTES;
        int nameOffset = type.getInt(member + Abi.ENUMERATOR_NAME_AT);
        members.put(
            String.valueOf(libBpf.btf__name_by_offset(types, nameOffset)),
            type.getInt(member + Abi.ENUMERATOR_VALUE_AT));
      }
    }
    return members;
  }

  @Override
  public void close() {
    libBpf.btf__free(types);
  }
}
