/**
 * Answers {@code grpc.health.v1}: keeps what the server says of itself in step with the
 * application. Door: ServerHealth. Settings: grpc.k8s.health. Probes are answered from
 * the last value and never wait for an indicator.
 */
@NullMarked
package io.github.grpck8s.health;

import org.jspecify.annotations.NullMarked;
