/**
 * Makes {@code kubernetes} the load-balancing policy of channels whose pods are found
 * through the Kubernetes API.
 */
@NullMarked
package io.github.grpck8s.balancing.autoconfigure;

import org.jspecify.annotations.NullMarked;
