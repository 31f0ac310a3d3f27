/**
 * Wires {@link io.github.grpck8s.discovery} into Spring Boot.
 */
@NullMarked
package io.github.grpck8s.discovery.autoconfigure;

import org.jspecify.annotations.NullMarked;
