package io.flowlog.bridge;

import java.nio.ByteBuffer;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;
import jnr.ffi.types.u_int64_t;
import org.jspecify.annotations.Nullable;

/**
 * The calls of libbpf that the bridge makes, as C declares them; those that fail set errno. Public
 * only because the code that implements it is generated elsewhere.
 */
public interface LibBpf {
  /** The versions that set errno and return null or a negative number. */
  String FILE = "libbpf.so.1";

  /** Returns the library, loaded once; a LinkageError means that it is not installed. */
  static LibBpf get() {
    return Holder.LIBRARY;
  }

  /** Replaces what prints the library's messages; null: nothing is printed. */
  @Nullable Pointer libbpf_set_print(@Nullable Pointer function);

  /** Opens an object file that lies in memory. */
  @Nullable Pointer bpf_object__open_mem(
      ByteBuffer image, @size_t long imageBytes, @Nullable Pointer options);

  /** Makes the maps, and has the kernel check the programs. */
  int bpf_object__load(Pointer object);

  /** Frees the object, its maps and its programs. */
  void bpf_object__close(Pointer object);

  /** Returns a map by its name in the source. */
  @Nullable Pointer bpf_object__find_map_by_name(Pointer object, String name);

  /** Returns a program by the name of its function. */
  @Nullable Pointer bpf_object__find_program_by_name(Pointer object, String name);

  /** Sets how many entries a map has room for; before it is made. */
  int bpf_map__set_max_entries(Pointer map, int entries);

  /** Returns the number of a map that has been made. */
  int bpf_map__fd(Pointer map);

  /** Returns the number of a program that has been loaded. */
  int bpf_program__fd(Pointer program);

  /** Lets a program run from now on, where its section's name says. */
  @Nullable Pointer bpf_program__attach(Pointer program);

  /** Ends that. */
  int bpf_link__destroy(Pointer link);

  /** See bpf(2), BPF_MAP_UPDATE_ELEM. */
  int bpf_map_update_elem(int map, ByteBuffer key, ByteBuffer value, @u_int64_t long flags);

  /** See bpf(2), BPF_MAP_LOOKUP_ELEM. */
  int bpf_map_lookup_elem(int map, ByteBuffer key, ByteBuffer value);

  /** See bpf(2), BPF_MAP_DELETE_ELEM. */
  int bpf_map_delete_elem(int map, ByteBuffer key);

  /** See bpf(2), BPF_MAP_GET_NEXT_KEY. */
  int bpf_map_get_next_key(int map, @Nullable ByteBuffer key, ByteBuffer nextKey);

  /** Takes several entries out; the places are the library's own, the first one is null. */
  int bpf_map_lookup_and_delete_batch(
      int map,
      @Nullable ByteBuffer place,
      ByteBuffer nextPlace,
      ByteBuffer keys,
      ByteBuffer values,
      ByteBuffer count,
      @Nullable Pointer options);

  /** Reads as much as the caller asks for of what the kernel knows of a program. */
  int bpf_obj_get_info_by_fd(int program, ByteBuffer info, ByteBuffer infoBytes);

  /** Reads the description of types that a file holds. */
  @Nullable Pointer btf__parse(String file, @Nullable Pointer extension);

  /** The same for a file that goes on where another ends. */
  @Nullable Pointer btf__parse_split(String file, Pointer base);

  /** Frees a description. */
  void btf__free(@Nullable Pointer types);

  /** Returns the number of a type; negative: there is none of that name and kind. */
  int btf__find_by_name_kind(Pointer types, String name, int kind);

  /** Returns a type, which lies in the description's memory. */
  @Nullable Pointer btf__type_by_id(Pointer types, int number);

  /** Returns a name. */
  @Nullable String btf__name_by_offset(Pointer types, int offset);

  /** Loads the library at its first use. */
  final class Holder {
    private static final LibBpf LIBRARY = load(FILE);

    private Holder() {}

    static LibBpf load(String file) {
      LibBpf library = LibraryLoader.create(LibBpf.class).failImmediately().load(file);
      // What a person should know is in our exceptions; nothing else may write to the terminal.
      library.libbpf_set_print(null);
      return library;
    }
  }
}
