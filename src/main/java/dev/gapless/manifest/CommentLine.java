package dev.gapless.manifest;

import java.util.ArrayList;
import java.util.List;

/// A line of a YAML text that holds nothing but a comment: it belongs to the part that it is
/// indented under.
///
/// @param start where the comment begins
/// @param end where its line ends
/// @param column from 0, in code points
/// @param depth the column of what was made a comment, which the number sign may stand far left of:
///   editors put it there
record CommentLine(int start, int end, int column, int depth) {

  /// The comments in the lines below an offset, up to the next line that holds anything else.
  static List<CommentLine> below(String text, int offset) {
    var comments = new ArrayList<CommentLine>();
    boolean follows = false;
    for (int at = nextLine(text, offset); at < text.length(); at = nextLine(text, at)) {
      int start = behindSpace(text, at);
      int end = lineEnd(text, at);
      if (start < end && text.charAt(start) != '#') {
        return comments;
      }
      if (start < end) {
        int column = text.codePointCount(at, start);
        boolean prose = follows && comments.getLast().isProse(column);
        int depth = prose ? column : depth(text, start, column);
        comments.add(new CommentLine(start, end, column, depth));
      }
      follows = start < end;
    }
    return comments;
  }

  // Where one number sign or one with a space was put before a line, it stood one or two further
  // left; fields are never only one apart there. Behind no or one space stands prose.
  private static int depth(String text, int start, int column) {
    int spaces = behindSpace(text, start + 1) - start - 1;
    return spaces > 1 ? column + spaces : column;
  }

  // Such goes on in the next line, however far that is indented within.
  private boolean isProse(int sameColumn) {
    return column == sameColumn && depth == column;
  }

  private static int behindSpace(String text, int offset) {
    int at = offset;
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static int nextLine(String text, int offset) {
    int end = lineEnd(text, offset);
    return Math.min(text.length(), end + (text.startsWith("\r\n", end) ? 2 : 1));
  }

  private static int lineEnd(String text, int offset) {
    int end = offset;
    while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return end;
  }
}
