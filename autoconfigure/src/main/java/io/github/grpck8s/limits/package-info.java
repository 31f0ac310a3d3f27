/**
 * Limits what one connection may cost: calls at once, resets, windows, sizes of messages,
 * metadata, memory. Doors: ServerLimits, BufferLimit, ChannelLimits. Settings:
 * grpc.k8s.limits.
 */
@NullMarked
package io.github.grpck8s.limits;

import org.jspecify.annotations.NullMarked;
