/**
 * A Kubernetes API that lives in a test: serves EndpointSlices over real HTTP on
 * loopback, keeps a history of them as the real one does, and fails in every way that the
 * real one can, on request. Door: {@link io.github.grpck8s.test.FakeKubernetes}.
 */
@NullMarked
package io.github.grpck8s.test;

import org.jspecify.annotations.NullMarked;
