package dev.gapless.cli;

import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestPiece;
import dev.gapless.manifest.ManifestReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// The look at files for the neighbours in them. What was read then is kept for the second look,
/// once for each file and as far as memory allows: reading is most of the work.
final class FirstLook {
  // What a tree with its positions was measured to take for each character of its text, with room
  // to spare (docs/decisions/0011).
  private static final long BYTES_PER_CHARACTER = 40;
  private static final long SHARE = 4;
  private static final long MOST_CHARACTERS = 4 * 1024 * 1024;

  private final AtomicLong room;
  private final Map<ManifestReader.Source, List<ManifestFile>> kept = new ConcurrentHashMap<>();

  private FirstLook(long room) {
    this.room = new AtomicLong(room);
  }

  /// One that keeps what memory allows.
  static FirstLook keeping() {
    return new FirstLook(
        Math.min(MOST_CHARACTERS, Runtime.getRuntime().maxMemory() / SHARE / BYTES_PER_CHARACTER));
  }

  /// One for callers whose second look is at whole files, read anew.
  static FirstLook keepingNothing() {
    return new FirstLook(0);
  }

  /// What is to be kept of a file's objects for those of all files.
  List<FileSurroundings.Kept> neighbours(ManifestReader.Source source) {
    List<ManifestPiece> pieces = source.pieces();
    long size = pieces.stream().mapToLong(ManifestPiece::size).sum();
    if (room.addAndGet(-size) < 0) {
      room.addAndGet(size);
      return pieces.stream()
          .filter(piece -> piece.mayHold(FileSurroundings.KINDS))
          .map(ManifestPiece::read)
          .flatMap(FirstLook::neighbours)
          .toList();
    }
    List<ManifestFile> read = pieces.stream().map(ManifestPiece::read).toList();
    kept.put(source, read);
    return read.stream().flatMap(FirstLook::neighbours).toList();
  }

  private static Stream<FileSurroundings.Kept> neighbours(ManifestFile file) {
    return file.objects().stream().flatMap(it -> FileSurroundings.kept(it.tree()).stream());
  }

  /// What a file holds, piece by piece; asked once for each file.
  Stream<ManifestFile> pieces(ManifestReader.Source source) {
    List<ManifestFile> read = kept.remove(source);
    return read == null ? source.pieces().stream().map(ManifestPiece::read) : read.stream();
  }
}
