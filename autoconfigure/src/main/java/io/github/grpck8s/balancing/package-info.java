/**
 * Spreads the calls of a channel over the pods behind it. Door:
 * {@link io.github.grpck8s.balancing.KubernetesLoadBalancerProvider}. Settings:
 * grpc.k8s.balancing.
 */
@NullMarked
package io.github.grpck8s.balancing;

import org.jspecify.annotations.NullMarked;
