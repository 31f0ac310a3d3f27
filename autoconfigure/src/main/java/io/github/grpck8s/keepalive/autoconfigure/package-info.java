/**
 * Wires the keep-alive of connections.
 */
@NullMarked
package io.github.grpck8s.keepalive.autoconfigure;

import org.jspecify.annotations.NullMarked;
