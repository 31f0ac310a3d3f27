/**
 * Takes a server out of service without losing a call. Door: ServerDrain. Settings:
 * grpc.k8s.shutdown.
 */
@NullMarked
package io.github.grpck8s.shutdown;

import org.jspecify.annotations.NullMarked;
