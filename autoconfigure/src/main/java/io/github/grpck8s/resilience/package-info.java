/**
 * Bounds calls in time and repeats those that may be repeated. Doors:
 * {@link io.github.grpck8s.resilience.DeadlineFeature} and
 * {@link io.github.grpck8s.resilience.RetryFeature}. Settings:
 * {@code grpc.k8s.resilience}.
 */
@NullMarked
package io.github.grpck8s.resilience;

import org.jspecify.annotations.NullMarked;
