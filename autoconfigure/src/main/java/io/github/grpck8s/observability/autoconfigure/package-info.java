/**
 * Puts observability into a Spring Boot application.
 */
@NullMarked
package io.github.grpck8s.observability.autoconfigure;

import org.jspecify.annotations.NullMarked;
