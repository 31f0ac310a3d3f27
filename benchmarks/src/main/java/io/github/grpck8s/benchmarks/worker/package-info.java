/**
 * Arms that need a class path or a JVM of their own: a worker is a child process that
 * does what it is told, line by line. {@link io.github.grpck8s.benchmarks.worker.Child}
 * is the parent's side.
 */
@NullMarked
package io.github.grpck8s.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
