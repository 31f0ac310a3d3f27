/**
 * Wires the health room: availability events, actuator groups and indicators.
 */
@NullMarked
package io.github.grpck8s.health.autoconfigure;

import org.jspecify.annotations.NullMarked;
