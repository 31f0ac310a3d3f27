/**
 * Settings that only the builders of grpc-netty know.
 */
@NullMarked
package io.github.grpck8s.transport.netty;

import org.jspecify.annotations.NullMarked;
