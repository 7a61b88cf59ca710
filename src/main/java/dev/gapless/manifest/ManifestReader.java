package dev.gapless.manifest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Finds and reads the files that somebody names: files, folders and standard input.
public final class ManifestReader {
  /// Standard input as an argument.
  public static final Path STDIN = Path.of("-");

  /// Standard input in messages.
  public static final String STDIN_NAME = "stdin";

  /// The largest file that is read: far beyond any manifest, and small enough to keep in memory.
  static final int MAX_BYTES = 64 * 1024 * 1024;

  // What a decoder puts where the bytes are no text; it may also stand there of its own right.
  private static final char REPLACEMENT = '\uFFFD';

  private static final List<String> EXTENSIONS = List.of(".yaml", ".yml", ".json");

  private final Path directory;
  private final InputStream stdin;

  /// @param directory what relative paths start from
  public ManifestReader(Path directory, InputStream stdin) {
    this.directory = directory;
    this.stdin = stdin;
  }

  /// A file that was found and not yet read.
  public interface Source extends Supplier<ManifestFile> {

    /// The pieces of the file, to be read one by one. Asked again, it looks at the file again.
    List<ManifestPiece> pieces();
  }

  /// All files behind some arguments, each once: a file itself, in a folder every manifest in
  /// alphabetical order, folders within it too unless they are hidden, standard input for `-`. A
  /// pipe or standard input without a document is a problem, a file without one is none.
  public List<Source> find(List<Path> arguments) {
    Map<Path, Source> found = new LinkedHashMap<>();
    for (Path argument : arguments) {
      if (argument.equals(STDIN)) {
        found.putIfAbsent(STDIN, once(STDIN_NAME, () -> stdin));
        continue;
      }
      Path path = directory.resolve(argument);
      if (Files.isDirectory(path)) {
        if (!walk(path, argument, new ArrayList<>(), found)) {
          addTo(found, path, failing(argument, "holds no .yaml, .yml or .json file"));
        }
      } else {
        add(path, argument, found);
      }
    }
    return List.copyOf(found.values());
  }

  /// Reads one file.
  ///
  /// @param name the file as the user knows it
  public ManifestFile read(Path file, String name) {
    return source(name, () -> Files.newInputStream(directory.resolve(file))).get();
  }

  /// Says whether there was anything, be it known already or a folder that cannot be listed.
  private static boolean walk(Path folder, Path name, List<Path> above, Map<Path, Source> found) {
    boolean any = false;
    var entries = new ArrayList<Path>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      Path real = folder.toRealPath();
      if (above.contains(real)) {
        return false;
      }
      stream.forEach(entries::add);
      entries.sort(null);
      above.add(real);
      for (Path entry : entries) {
        String last = String.valueOf(entry.getFileName());
        if (last.startsWith(".")) {
          continue;
        }
        if (Files.isDirectory(entry)) {
          any |= walk(entry, name.resolve(last), above, found);
        } else if (isManifest(last)) {
          add(entry, name.resolve(last), found);
          any = true;
        }
      }
      above.remove(real);
      return any;
    } catch (IOException e) {
      addTo(found, folder, failing(name, "cannot be listed: " + reason(e)));
      return true;
    }
  }

  /// Whether a file would be found in a folder.
  ///
  /// @param file from the folder on
  public static boolean isFound(Path file) {
    for (Path name : file) {
      if (name.toString().startsWith(".")) {
        return false;
      }
    }
    return isManifest(file.toString());
  }

  private static boolean isManifest(String name) {
    return EXTENSIONS.stream().anyMatch(name::endsWith);
  }

  private static Source failing(Path name, String message) {
    var unread =
        new ManifestPiece.Unread(
            new ReadProblem(shown(name), Optional.empty(), message, Optional.empty()));
    return new Listed(unread.problem().file(), () -> List.of(unread));
  }

  private static void addTo(Map<Path, Source> found, Path path, Source source) {
    found.putIfAbsent(path.toAbsolutePath().normalize(), source);
  }

  private static void add(Path path, Path name, Map<Path, Source> found) {
    Opening opening = () -> Files.newInputStream(path);
    // A pipe, such as <(helm template …), can be read only once.
    boolean once = Files.exists(path) && !Files.isRegularFile(path);
    addTo(found, path, once ? once(shown(name), opening) : source(shown(name), opening));
  }

  private static String shown(Path name) {
    String normal = name.normalize().toString().replace('\\', '/');
    return normal.isEmpty() ? "." : normal;
  }

  /// Opens a file.
  private interface Opening {
    InputStream open() throws IOException;
  }

  /// A source by what it is cut into; each is equal to itself alone.
  private static final class Listed implements Source {
    private final String name;
    private final Supplier<List<ManifestPiece>> cutting;

    Listed(String name, Supplier<List<ManifestPiece>> cutting) {
      this.name = name;
      this.cutting = cutting;
    }

    @Override
    public List<ManifestPiece> pieces() {
      return cutting.get();
    }

    @Override
    public ManifestFile get() {
      var parts = new ArrayList<ManifestPart>();
      for (ManifestPiece piece : pieces()) {
        ManifestFile read = piece.read();
        if (read.failure().isPresent()) {
          return read;
        }
        parts.addAll(read.parts());
      }
      return new ManifestFile(name, Optional.empty(), List.copyOf(parts));
    }
  }

  private static Source source(String name, Opening opening) {
    return new Listed(name, () -> pieces(name, opening));
  }

  /// Of what can be read only once, such as a pipe.
  private static Source once(String name, Opening opening) {
    var read = new AtomicReference<List<ManifestPiece>>();
    return new Listed(
        name,
        () ->
            read.updateAndGet(
                known -> known == null ? demandSomething(name, pieces(name, opening)) : known));
  }

  // What a failed command leaves behind in a pipe must not pass for manifests without a mistake;
  // `kubectl apply -f -` fails on it too (error: no objects passed to apply).
  private static List<ManifestPiece> demandSomething(String name, List<ManifestPiece> pieces) {
    boolean any =
        pieces.stream()
            .map(ManifestPiece::read)
            .anyMatch(it -> !it.documents().isEmpty() || !it.problems().isEmpty());
    return any
        ? pieces
        : unread(
            name,
            "holds no document: the command that it comes from has probably failed, or printed"
                + " nothing");
  }

  private static List<ManifestPiece> pieces(String name, Opening opening) {
    byte[] bytes;
    try (InputStream in = opening.open()) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      return unread(name, "cannot be read: " + reason(e));
    }
    return cut(name, bytes);
  }

  /// Reads what a file holds.
  ///
  /// @param name the file as the user knows it
  public static ManifestFile parse(String name, byte[] bytes) {
    return new Listed(name, () -> cut(name, bytes)).get();
  }

  private static List<ManifestPiece> cut(String name, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      return unread(name, "is larger than " + MAX_BYTES / (1024 * 1024) + " MiB");
    }
    return decode(name, bytes);
  }

  private static List<ManifestPiece> decode(String name, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      CharBuffer out = CharBuffer.allocate(bytes.length);
      CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
      if (result.isError()) {
        Position at = position(bytes, in.position());
        Optional<String> line = text.lines().skip(at.line() - 1).findFirst();
        return List.of(
            new ManifestPiece.Unread(
                new ReadProblem(name, Optional.of(at), "is not UTF-8 text", line)));
      }
    }
    return text.indexOf('\0') >= 0
        ? unread(name, "is a binary file")
        : List.copyOf(ManifestParser.cut(name, text));
  }

  private static Position position(byte[] bytes, int offset) {
    int line = 1;
    int column = 1;
    for (byte one : new ByteArrayInputStream(bytes, 0, offset).readAllBytes()) {
      if (one == '\n') {
        line++;
        column = 1;
      } else if ((one & 0xC0) != 0x80) {
        column++;
      }
    }
    return new Position(line, column);
  }

  private static List<ManifestPiece> unread(String name, String message) {
    return List.of(
        new ManifestPiece.Unread(
            new ReadProblem(name, Optional.empty(), message, Optional.empty())));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }
}
