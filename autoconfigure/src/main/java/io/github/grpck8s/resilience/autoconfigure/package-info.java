/**
 * Wires default deadlines and retries from {@code grpc.k8s.resilience}.
 */
@NullMarked
package io.github.grpck8s.resilience.autoconfigure;

import org.jspecify.annotations.NullMarked;
