/**
 * Registers the transports that are on the class path.
 */
@NullMarked
package io.github.grpck8s.transport.autoconfigure;

import org.jspecify.annotations.NullMarked;
