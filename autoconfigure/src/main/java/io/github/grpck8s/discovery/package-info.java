/**
 * Finds the pods behind a Service and keeps the list fresh.
 * <p>
 * Door: {@link io.github.grpck8s.discovery.KubernetesNameResolverProvider}. Settings:
 * {@code grpc.k8s.discovery}. Only {@code EndpointSource} asks the API server, through
 * {@code ApiServer}.
 */
@NullMarked
package io.github.grpck8s.discovery;

import org.jspecify.annotations.NullMarked;
