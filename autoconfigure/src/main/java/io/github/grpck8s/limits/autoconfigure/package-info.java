/**
 * Wires the limits of connections.
 */
@NullMarked
package io.github.grpck8s.limits.autoconfigure;

import org.jspecify.annotations.NullMarked;
