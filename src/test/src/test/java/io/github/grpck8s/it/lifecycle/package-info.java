/**
 * Starts the example's server in a process of its own and ends it with a real SIGTERM, or
 * treats it badly over a real socket.
 */
@NullMarked
package io.github.grpck8s.it.lifecycle;

import org.jspecify.annotations.NullMarked;
