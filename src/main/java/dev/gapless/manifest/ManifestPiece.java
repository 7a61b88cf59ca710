package dev.gapless.manifest;

import java.util.Collection;
import java.util.Optional;

/// A part of a file that can be read on its own, so that a large one need not be in memory as a
/// tree.
public sealed interface ManifestPiece {

  /// Whether an object of one of these kinds may be in it; where not, there is none.
  boolean mayHold(Collection<String> kinds);

  /// How many characters it has.
  int size();

  /// What it holds, as a file of its own with the lines of the whole.
  ManifestFile read();

  /// A stretch of a text: what stands between two separators, or a separator.
  ///
  /// @param whole the text it is a stretch of; shared, so that cutting copies nothing
  /// @param firstLine the line of the file on which it begins
  /// @param separates whether it is a line that separates documents
  record Chunk(String file, String whole, int start, int end, int firstLine, boolean separates)
      implements ManifestPiece {

    String text() {
      return whole.substring(start, end);
    }

    @Override
    public boolean mayHold(Collection<String> kinds) {
      String text = text();
      // A kind may be written by escapes or in base64 too.
      return text.indexOf('\\') >= 0
          || text.contains("!!binary")
          || kinds.stream().anyMatch(text::contains);
    }

    @Override
    public int size() {
      return end - start;
    }

    @Override
    public ManifestFile read() {
      return new ManifestFile(file, Optional.empty(), ManifestParser.parts(this));
    }
  }

  /// A file of which nothing can be read.
  record Unread(ReadProblem problem) implements ManifestPiece {
    @Override
    public boolean mayHold(Collection<String> kinds) {
      return false;
    }

    @Override
    public int size() {
      return 0;
    }

    @Override
    public ManifestFile read() {
      return ManifestFile.unread(problem);
    }
  }
}
