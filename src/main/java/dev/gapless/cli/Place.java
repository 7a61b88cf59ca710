package dev.gapless.cli;

import dev.gapless.manifest.ManifestFile;
import dev.gapless.manifest.ManifestObject;
import dev.gapless.manifest.ManifestReader;
import dev.gapless.manifest.Position;
import dev.gapless.manifest.ReadProblem;
import dev.gapless.workload.FieldPath;
import java.util.Optional;

/// Where something was found.
///
/// @param file what was read, by the name the user knows; `namespace/kind/name` in a cluster
/// @param position in that file; empty where none is known
/// @param source the file that it was rendered from, where a stream says so; its lines are unknown
record Place(String file, Optional<Position> position, Optional<String> source) {

  /// The place of an object's field. A file on disk is its own place, whatever it was rendered
  /// from; a stream has none that anybody could open.
  static Place of(ManifestFile file, ManifestObject object, FieldPath path) {
    return new Place(
        file.name(),
        Optional.of(object.position(path)),
        file.name().equals(ManifestReader.STDIN_NAME) ? object.source() : Optional.empty());
  }

  static Place of(ReadProblem problem) {
    return new Place(problem.file(), problem.position(), problem.source());
  }

  /// The place of all of an object in a cluster, which stands in no file.
  static Place of(ObjectKey object) {
    return new Place(
        object.namespace() + "/" + object.kind() + "/" + object.name(),
        Optional.empty(),
        Optional.empty());
  }

  /// Whether it is the place of something that was written; the object is all there is otherwise.
  boolean isInFile() {
    return position.isPresent() || source.isPresent();
  }

  /// The file that somebody would have to edit.
  String origin() {
    return source.orElse(file);
  }

  /// The position in the file that somebody would have to edit.
  Optional<Position> positionInOrigin() {
    return source.isPresent() ? Optional.empty() : position;
  }

  /// The place in what was read, whatever that was rendered from.
  Place rendered() {
    return new Place(file, position, Optional.empty());
  }

  /// The line from which to sort and to show: from 1, and 1 where none is known.
  int line() {
    return position.map(Position::line).orElse(1);
  }

  /// `file:line`, or `source (file:line)`.
  @Override
  public String toString() {
    String read = file + position.map(at -> ":" + at.line()).orElse("");
    return source.map(it -> it + " (" + read + ")").orElse(read);
  }
}
