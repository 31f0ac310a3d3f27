/**
 * Keeps what the starter brings along quiet: defaults in the words of others, which
 * anything that the user sets beats. Door: {@code DefaultsEnvironmentPostProcessor}; the
 * values and their reasons are in {@code defaults.properties} beside it.
 */
@NullMarked
package io.github.grpck8s.defaults.autoconfigure;

import org.jspecify.annotations.NullMarked;
