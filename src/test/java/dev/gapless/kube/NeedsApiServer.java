package dev.gapless.kube;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Tests that are handed a [KubeApiServer], and where they ask for one a [GaplessServer] with the
/// built-in policy: the same for all of a run.
///
/// Where there are no programs to run one, they are skipped; in CI they fail.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ApiServerExtension.class)
public @interface NeedsApiServer {}
