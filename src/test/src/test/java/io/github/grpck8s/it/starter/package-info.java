/**
 * Applications as a user writes them, with the starter and net.devh's stack.
 */
@NullMarked
package io.github.grpck8s.it.starter;

import org.jspecify.annotations.NullMarked;
