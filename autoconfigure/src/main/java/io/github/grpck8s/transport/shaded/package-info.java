/**
 * Settings that only the builders of grpc-netty-shaded know.
 */
@NullMarked
package io.github.grpck8s.transport.shaded;

import org.jspecify.annotations.NullMarked;
