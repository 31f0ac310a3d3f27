/**
 * The programs: one class per claim.
 */
@NullMarked
package io.github.grpck8s.benchmarks.programs;

import org.jspecify.annotations.NullMarked;
