/// What is judged: immutable views of workloads, read from the raw JSON tree.
@NullMarked
package dev.gapless.workload;

import org.jspecify.annotations.NullMarked;
