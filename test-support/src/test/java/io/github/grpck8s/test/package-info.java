/**
 * Tests of the fake itself, with the JDK's HTTP client.
 */
@NullMarked
package io.github.grpck8s.test;

import org.jspecify.annotations.NullMarked;
