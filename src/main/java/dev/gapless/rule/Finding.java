package dev.gapless.rule;

import dev.gapless.workload.FieldPath;
import java.util.Optional;

/// Something that is wrong at one place of a workload.
///
/// @param path the field that is wrong or missing
/// @param message what must hold there and the value found; lower case, no full stop
/// @param fix how to make it right, where that is safe; leaves the object valid by Kubernetes'
///   rules
public record Finding(FieldPath path, String message, Optional<Fix> fix) {

  /// A finding that only its author can mend.
  public static Finding of(FieldPath path, String message) {
    return new Finding(path, message, Optional.empty());
  }
}
