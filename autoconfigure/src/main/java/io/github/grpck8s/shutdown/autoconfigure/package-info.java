/**
 * Wires the shutdown room: begins the drain when the application context closes.
 */
@NullMarked
package io.github.grpck8s.shutdown.autoconfigure;

import org.jspecify.annotations.NullMarked;
