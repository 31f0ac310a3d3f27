/**
 * Keeps connections alive and young: pings of the client and of the server, age and idle
 * time of connections. Doors: ServerKeepAlive, ChannelKeepAlive. Settings:
 * grpc.k8s.keepalive.
 */
@NullMarked
package io.github.grpck8s.keepalive;

import org.jspecify.annotations.NullMarked;
