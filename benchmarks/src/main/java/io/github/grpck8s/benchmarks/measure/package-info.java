/**
 * How it is measured: rounds in which the arms take turns, and what a process used
 * meanwhile.
 */
@NullMarked
package io.github.grpck8s.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
