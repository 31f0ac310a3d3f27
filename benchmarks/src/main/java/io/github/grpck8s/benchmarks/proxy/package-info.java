/**
 * Proxies that stand between a client and its servers, which is what a user would take
 * instead of balancing in the client. Their settings are files below {@code proxy} of
 * this module's resources.
 */
@NullMarked
package io.github.grpck8s.benchmarks.proxy;

import org.jspecify.annotations.NullMarked;
