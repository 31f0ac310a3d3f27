/**
 * Finds the pods behind a Service and keeps the list fresh.
 * <p>
 * Doors: {@link io.github.grpck8s.discovery.KubernetesNameResolverProvider} for
 * {@code k8s:}, {@link io.github.grpck8s.discovery.KubernetesDnsNameResolverProvider} for
 * {@code k8s-dns:}. Settings: {@code grpc.k8s.discovery}. Slices come from
 * {@code EndpointSource} through {@code ApiServer}, or in the same form from
 * {@code DnsSource} through {@code DnsServers}; all else does not know which.
 */
@NullMarked
package io.github.grpck8s.discovery;

import org.jspecify.annotations.NullMarked;
